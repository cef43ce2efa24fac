import { documentCommand, type CommandDocument, type Definition } from '../cli/command-document.ts';
import type { CommandSpec } from '../cli/command.ts';
import { TOPICS, type Topic } from '../cli/help-topics.ts';

/** A page of the manual: `cachectl-warm.1` and its text in man(7)'s macros. */
export interface ManPage {
  readonly file: string;
  readonly text: string;
}

/** All pages: one for the program with every topic in it, and one for each command. Pure. */
export function manPages(specs: readonly CommandSpec[], version: string): readonly ManPage[] {
  return [
    { file: 'cachectl.1', text: programPage(specs, version) },
    ...specs.map((spec) => ({ file: manFile(spec), text: commandPage(documentCommand(spec), version) })),
  ];
}

/** The name of a command's page. */
export function manFile(spec: Pick<CommandSpec, 'path'>): string {
  return `cachectl-${spec.path.join('-')}.1`;
}

function programPage(specs: readonly CommandSpec[], version: string): string {
  return [
    ...head('cachectl', 'warm, clear, inspect, measure and load-test an application cache', version),
    '.SH SYNOPSIS',
    '.B cachectl',
    '.I command',
    '[\\fIflags\\fR]',
    '.SH COMMANDS',
    ...definitions(specs.map((spec) => [`cachectl-${spec.path.join('-')}(1)`, spec.summary])),
    ...TOPICS.flatMap(topicSection),
    '',
  ].join('\n');
}

function topicSection(topic: Topic): readonly string[] {
  return [
    `.SH ${escape(topic.name.toUpperCase())}`,
    ...topic.parts.flatMap((part) =>
      part.kind === 'text'
        ? ['.PP', escape(part.text)]
        : [`.SS ${escape(part.title)}`, ...definitions(part.definitions)],
    ),
  ];
}

function commandPage(document: CommandDocument, version: string): string {
  const title = `cachectl-${document.name.replaceAll(' ', '-')}`;
  return [
    ...head(title, document.summary, version),
    '.SH SYNOPSIS',
    '.B',
    escape(document.usage),
    '.SH DESCRIPTION',
    escape(document.description ?? `${document.summary}.`),
    '.SH EXAMPLES',
    ...document.examples.flatMap(({ line, does }) => [
      '.PP',
      `${escape(does)}:`,
      '.RS',
      '.EX',
      escape(line),
      '.EE',
      '.RE',
    ]),
    ...(document.args.length === 0 ? [] : ['.SH ARGUMENTS', ...definitions(document.args)]),
    ...document.flagGroups.flatMap(({ title, flags }) => [
      `.SH ${escape(title.toUpperCase())}`,
      ...definitions(flags),
    ]),
    ...(document.missingFlags.length === 0
      ? []
      : ['.SH FLAGS IT DOES NOT TAKE', ...definitions(document.missingFlags)]),
    '.SH EXIT STATUS',
    ...definitions(document.exitCodes),
    '.SH SEE ALSO',
    '.BR cachectl (1)',
    '',
  ].join('\n');
}

function head(title: string, summary: string, version: string): readonly string[] {
  return [
    // Names in the page's text are UTF-8 whatever the locale of whoever reads it.
    '\'\\" -*- coding: utf-8 -*-',
    `.TH ${escape(title.toUpperCase())} 1 "" "cachectl ${escape(version)}" "cachectl manual"`,
    '.SH NAME',
    `${escape(title)} \\- ${escape(summary)}`,
  ];
}

function definitions(pairs: readonly Definition[]): readonly string[] {
  return pairs.flatMap(([term, text]) => ['.TP', `\\fB${escape(term.trim())}\\fR`, escape(text)]);
}

/** Text in which troff sees nothing special; dashes stay the ones that can be typed. */
function escape(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti')
    .replace(/^\./gm, '\\&.');
}
