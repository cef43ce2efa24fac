import { commandName, type CommandSpec, type Example, type FlagSpec } from './command.ts';
import { ExitCode, EXIT_CODE_MEANINGS } from './exit-code.ts';
import { flagsOf, GLOBAL_FLAGS } from './global-options.ts';

/** A flag or an argument as it is typed, and what it does. */
export type Definition = readonly [term: string, text: string];

/** What there is to say about a command, in the order of help: terminal, man page and docs page are views of it. */
export interface CommandDocument {
  readonly name: string;
  readonly summary: string;
  readonly description: string | undefined;
  /** `cachectl clear [KEY...] [flags]`. */
  readonly usage: string;
  readonly examples: readonly Example[];
  readonly args: readonly Definition[];
  /** The command's own flags first, those of every command last. */
  readonly flagGroups: readonly { readonly title: string; readonly flags: readonly Definition[] }[];
  /** Flags of similar commands that it has not, and what to use instead. */
  readonly missingFlags: readonly Definition[];
  readonly formats: readonly string[];
  readonly exitCodes: readonly Definition[];
}

/** All of it, from the spec. Pure. */
export function documentCommand(spec: CommandSpec): CommandDocument {
  const name = commandName(spec);
  const args = (spec.args ?? []).map((argument) => {
    const shown = argument.repeatable === true ? `${argument.name}...` : argument.name;
    return argument.required === true ? shown : `[${shown}]`;
  });
  return {
    name,
    summary: spec.summary,
    description: spec.description,
    usage: ['cachectl', name, ...args, '[flags]'].join(' '),
    examples: spec.examples,
    args: (spec.args ?? []).map((argument) => [
      argument.name,
      withNotes(argument.summary, argument.choices === undefined ? [] : [argument.choices.join('|')]),
    ]),
    flagGroups: groupFlags([...flagsOf(spec), ...globalFlagsFor(spec)]),
    missingFlags: (spec.missingFlags ?? []).map(({ names, because, instead }) => [
      names.map((flag) => `--${flag}`).join(', '),
      `${because}; ${instead}`,
    ]),
    formats: spec.formats,
    exitCodes: exitCodesOf(spec),
  };
}

/** A flag as help shows it: `-n, --count N`, and its summary with choices and default. */
export function flagDefinition(flag: FlagSpec): Definition {
  const short = flag.short === undefined ? '    ' : `-${flag.short}, `;
  const value =
    flag.value === undefined ? '' : flag.valueIsOptional === true ? ` [${flag.value}]` : ` ${flag.value}`;
  const notes = [
    ...(flag.choices === undefined ? [] : [flag.choices.join('|')]),
    ...(flag.fallback === undefined ? [] : [`default ${flag.fallback}`]),
    ...(flag.repeatable === true ? ['repeatable'] : []),
  ];
  return [`${short}--${flag.name}${value}`, withNotes(flag.summary, notes)];
}

function withNotes(summary: string, notes: readonly string[]): string {
  return notes.length === 0 ? summary : `${summary} (${notes.join('; ')})`;
}

function groupFlags(flags: readonly FlagSpec[]): CommandDocument['flagGroups'] {
  const groups = new Map<string, Definition[]>([['Flags', []]]);
  for (const flag of flags) {
    const title = flag.group ?? 'Flags';
    groups.set(title, [...(groups.get(title) ?? []), flagDefinition(flag)]);
  }
  return [...groups]
    .filter(([, group]) => group.length > 0)
    .map(([title, group]) => ({ title, flags: group }));
}

/** Every command has a table or the like for people and most have more: help says which. */
function globalFlagsFor(spec: CommandSpec): readonly FlagSpec[] {
  return GLOBAL_FLAGS.filter(({ name }) => name !== 'json' || spec.formats.includes('json')).map((flag) =>
    flag.name === 'output' ? { ...flag, summary: 'output format', choices: spec.formats } : flag,
  );
}

/** Which codes the command can end with, as far as its spec tells. */
function exitCodesOf(spec: CommandSpec): readonly Definition[] {
  const asks = flagsOf(spec).some(({ name }) => name === 'confirm' || name === 'yes');
  const possible: Readonly<Record<string, boolean>> = {
    [ExitCode.unreachable]: spec.usesRedis,
    [ExitCode.refused]: spec.usesRedis,
    [ExitCode.partial]: spec.usesRedis,
    [ExitCode.assertion]: spec.gates === true,
    [ExitCode.unconfirmed]: asks,
  };
  return EXIT_CODE_MEANINGS.filter(([code]) => possible[code] !== false);
}
