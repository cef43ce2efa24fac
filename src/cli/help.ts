import type { TerminalInfo } from '../terminal/terminal-info.ts';
import { displayWidth, pad } from '../terminal/width.ts';
import { wrap } from '../terminal/wrap.ts';
import { documentCommand, flagDefinition, type Definition } from './command-document.ts';
import { commandName, type CommandSpec } from './command.ts';
import { GLOBAL_FLAGS } from './global-options.ts';
import { TOPICS, type Topic } from './help-topics.ts';

/** What help has to know of the place where it is read. */
export type Look = Pick<TerminalInfo, 'width' | 'style'>;

/** The first page: what cachectl is and which commands it has. */
export function renderRootHelp(specs: readonly CommandSpec[], look: Look): string {
  return [
    ...wrap(
      'Warm, clear, inspect, measure and load-test a Redis- or Valkey-backed application cache.',
      look.width,
    ),
    '',
    heading('Usage', look),
    '  cachectl <command> [flags]',
    '',
    heading('Commands', look),
    ...definitions(
      specs.map((spec) => [commandName(spec), spec.summary]),
      look,
    ),
    '',
    heading('Flags of every command', look),
    ...definitions([...GLOBAL_FLAGS.map(flagDefinition), ['    --version', 'show the version']], look),
    '',
    heading('Learn more', look),
    ...definitions(
      [
        ['cachectl <command> --help', 'examples and flags of one command'],
        ...TOPICS.map(({ name, summary }): Definition => [`cachectl help ${name}`, summary]),
        ['cachectl demo', 'try everything on a private Redis and a sample shop'],
      ],
      look,
    ),
  ].join('\n');
}

/** Help of one command: what it is for, how to type it, examples, flags, exit codes. */
export function renderCommandHelp(spec: CommandSpec, look: Look): string {
  const document = documentCommand(spec);
  return [
    ...wrap(`${document.summary}.`, look.width),
    ...(document.description === undefined ? [] : ['', ...wrap(document.description, look.width)]),
    '',
    heading('Usage', look),
    `  ${document.usage}`,
    '',
    heading('Examples', look),
    ...document.examples.flatMap(({ line, does }) => [
      ...wrap(`# ${does}`, look.width, '  ').map((comment) => look.style.dim(comment)),
      `  $ ${line}`,
    ]),
    ...section('Arguments', document.args, look),
    ...document.flagGroups.flatMap(({ title, flags }) => section(title, flags, look)),
    ...section('Flags it does not take', document.missingFlags, look),
    ...section('Exit codes', document.exitCodes, look),
    '',
    heading('Learn more', look),
    ...wrap(
      `man cachectl-${spec.path.join('-')}, and docs/commands/${spec.path.join('-')}.md in the repository`,
      look.width,
      '  ',
    ),
  ].join('\n');
}

/** Help of a group of commands, such as `config`. */
export function renderGroupHelp(path: readonly string[], specs: readonly CommandSpec[], look: Look): string {
  const group = path.join(' ');
  const members = specs.filter((spec) => path.every((word, index) => spec.path[index] === word));
  return [
    heading('Usage', look),
    `  cachectl ${group} <command> [flags]`,
    ...section(
      'Commands',
      members.map((spec) => [commandName(spec), spec.summary]),
      look,
    ),
    '',
    heading('Learn more', look),
    ...definitions([[`cachectl ${group} <command> --help`, 'examples and flags of one command']], look),
  ].join('\n');
}

/** A topic: its table and what there is to say about it. */
export function renderTopic(topic: Topic, look: Look): string {
  return topic.parts
    .map((part) =>
      part.kind === 'text'
        ? wrap(part.text, look.width).join('\n')
        : [heading(part.title, look), ...definitions(part.definitions, look)].join('\n'),
    )
    .join('\n\n');
}

function heading(text: string, look: Look): string {
  return look.style.bold(text);
}

function section(title: string, pairs: readonly Definition[], look: Look): readonly string[] {
  return pairs.length === 0 ? [] : ['', heading(title, look), ...definitions(pairs, look)];
}

/** Terms with their texts in a column of their own; a term that would leave no room for it stands on a line alone. */
function definitions(pairs: readonly Definition[], look: Look): readonly string[] {
  const widest = Math.max(14, Math.floor(look.width * 0.4));
  const column =
    pairs.reduce((most, [term]) => {
      const width = displayWidth(term);
      return width > widest ? most : Math.max(most, width);
    }, 8) + 4;
  return pairs.flatMap(([term, text]) => {
    const [first = '', ...rest] = wrap(text, look.width - column, '');
    const further = rest.map((line) => ' '.repeat(column) + line);
    return displayWidth(term) > column - 4
      ? [`  ${term}`, `${' '.repeat(column)}${first}`, ...further]
      : [`  ${pad(term, column - 2, 'left')}${first}`, ...further];
  });
}
