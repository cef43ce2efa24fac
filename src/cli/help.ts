import type { TerminalInfo } from '../terminal/terminal-info.ts';
import { displayWidth, pad } from '../terminal/width.ts';
import { commandName, type CommandSpec, type FlagSpec } from './command.ts';
import { EXIT_CODE_MEANINGS } from './exit-code.ts';
import { flagsOf, GLOBAL_FLAGS } from './global-options.ts';

type Look = Pick<TerminalInfo, 'width' | 'style'>;

/** The first page: what cachectl is and which commands it has. */
export function renderRootHelp(specs: readonly CommandSpec[], look: Look): string {
  return [
    'Warm, clear, inspect, measure and load-test a Redis- or Valkey-backed application cache.',
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
    ...flagLines(GLOBAL_FLAGS, look),
    '      --version           show the version',
    '',
    'cachectl <command> --help tells more about one; cachectl help exit-codes lists the exit codes.',
  ].join('\n');
}

/** Help of one command: what it is for, how to type it, examples, flags. */
export function renderCommandHelp(spec: CommandSpec, look: Look): string {
  const args = (spec.args ?? []).map((argument) => {
    const name = argument.repeatable === true ? `${argument.name}...` : argument.name;
    return argument.required === true ? name : `[${name}]`;
  });
  const own = flagsOf(spec);
  return [
    ...wrap(`${spec.summary}.`, look.width, ''),
    ...(spec.description === undefined ? [] : ['', ...wrap(spec.description, look.width, '')]),
    '',
    heading('Usage', look),
    `  ${['cachectl', commandName(spec), ...args, '[flags]'].join(' ')}`,
    '',
    heading('Examples', look),
    ...spec.examples.flatMap((example) => [`  ${look.style.dim(`# ${example.does}`)}`, `  ${example.line}`]),
    ...(spec.args === undefined || spec.args.length === 0
      ? []
      : [
          '',
          heading('Arguments', look),
          ...definitions(
            spec.args.map((argument) => [argument.name, argument.summary]),
            look,
          ),
        ]),
    ...(own.length === 0 ? [] : ['', heading('Flags', look), ...flagLines(own, look)]),
    '',
    heading('Flags of every command', look),
    ...flagLines(GLOBAL_FLAGS, look),
  ].join('\n');
}

/** Help of a group of commands, such as `config`. */
export function renderGroupHelp(path: readonly string[], specs: readonly CommandSpec[], look: Look): string {
  const group = path.join(' ');
  return [
    heading('Usage', look),
    `  cachectl ${group} <command> [flags]`,
    '',
    heading('Commands', look),
    ...definitions(
      specs
        .filter((spec) => path.every((word, index) => spec.path[index] === word))
        .map((spec) => [commandName(spec), spec.summary]),
      look,
    ),
  ].join('\n');
}

/** The table of exit codes. */
export function renderExitCodes(look: Look): string {
  return [heading('Exit codes of every command', look), ...definitions(EXIT_CODE_MEANINGS, look)].join('\n');
}

function heading(text: string, look: Look): string {
  return look.style.bold(text);
}

function flagLines(flags: readonly FlagSpec[], look: Look): readonly string[] {
  return definitions(
    flags.map((flag) => {
      const short = flag.short === undefined ? '    ' : `-${flag.short}, `;
      const value = flag.value === undefined ? '' : ` ${flag.value}`;
      const notes = [
        ...(flag.choices === undefined ? [] : [flag.choices.join('|')]),
        ...(flag.fallback === undefined ? [] : [`default ${flag.fallback}`]),
        ...(flag.repeatable === true ? ['repeatable'] : []),
      ];
      const summary = notes.length === 0 ? flag.summary : `${flag.summary} (${notes.join('; ')})`;
      return [`${short}--${flag.name}${value}`, summary];
    }),
    look,
  );
}

function definitions(
  pairs: readonly (readonly [term: string, text: string])[],
  look: Look,
): readonly string[] {
  const column = pairs.reduce((widest, [term]) => Math.max(widest, displayWidth(term)), 0) + 4;
  return pairs.flatMap(([term, text]) => {
    const [first = '', ...rest] = wrap(text, Math.max(24, look.width - column), '');
    return [`  ${pad(term, column - 2, 'left')}${first}`, ...rest.map((line) => ' '.repeat(column) + line)];
  });
}

/** Breaks a text into lines at blanks. */
export function wrap(text: string, width: number, indent: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && displayWidth(indent + line) + 1 + displayWidth(word) > width) {
      lines.push(indent + line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  if (line !== '') lines.push(indent + line);
  return lines;
}
