import { Command as Commander, CommanderError, Option } from 'commander';
import { nearest } from '../text/nearest.ts';
import { commandName, type CommandSpec, type FlagSpec } from './command.ts';
import { UsageError } from './errors.ts';
import { checkFileValues } from './file-values.ts';
import { flagsOf, GLOBAL_FLAGS } from './global-options.ts';
import { Input, type RawValue } from './input.ts';
import { guessBelow } from './unknown-command.ts';

/** What a command line asks for. */
export type Invocation =
  | { readonly kind: 'command'; readonly spec: CommandSpec; readonly input: Input }
  /** Help of a command, of a group of commands (`config`), or of everything (empty path). */
  | { readonly kind: 'help'; readonly path: readonly string[] }
  | { readonly kind: 'version' }
  /** No command at all. */
  | { readonly kind: 'welcome'; readonly input: Input };

/**
 * Reads a command line, which names a command that there is (`requireKnownCommand`), against the command specs.
 * @throws UsageError for unknown flags (with the nearest name), missing values and arguments
 */
export function parseCommandLine(argv: readonly string[], specs: readonly CommandSpec[]): Invocation {
  let found: Invocation = { kind: 'welcome', input: new Input([], new Map()) };
  const root = groupCommand('cachectl');
  root.option('--version');
  root.action(() => {
    if (root.opts().version === true) found = { kind: 'version' };
    else if (helpWanted(root)) found = { kind: 'help', path: [] };
    else found = { kind: 'welcome', input: new Input([], collectFlags(root)) };
  });
  const groups = new Map<string, Commander>([['', root]]);
  // Those that are not named anywhere cannot be meant, and their hundreds of flags would cost some milliseconds.
  for (const spec of specs.filter(({ path }) => argv.includes(path[0]))) {
    const group = spec.path.slice(0, -1);
    const parent = groupFor(group, groups, () => {
      found = { kind: 'help', path: group };
    });
    const command = leafCommand(spec);
    command.action(() => {
      if (helpWanted(command)) found = { kind: 'help', path: spec.path };
      else {
        requireArguments(spec, command.args, specs);
        const input = new Input(command.args, collectFlags(command));
        checkFileValues(spec, input);
        found = { kind: 'command', spec, input };
      }
    });
    parent.addCommand(command);
    // Others may be below it: `stats diff`.
    groups.set(commandName(spec), command);
  }
  try {
    root.parse([...argv], { from: 'user' });
  } catch (error) {
    throw error instanceof CommanderError ? translate(error, argv, specs) : error;
  }
  return found;
}

function groupCommand(name: string): Commander {
  const command = new Commander(name)
    .enablePositionalOptions()
    .allowExcessArguments(true)
    .helpOption(false)
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    .showSuggestionAfterError(false);
  for (const flag of GLOBAL_FLAGS) command.addOption(toOption(flag));
  return command;
}

function leafCommand(spec: CommandSpec): Commander {
  const command = groupCommand(spec.path.at(-1) ?? '');
  for (const flag of flagsOf(spec)) command.addOption(toOption(flag));
  return command;
}

function groupFor(path: readonly string[], groups: Map<string, Commander>, action: () => void): Commander {
  const name = path.join(' ');
  const known = groups.get(name);
  if (known !== undefined) return known;
  const command = groupCommand(path.at(-1) ?? '');
  command.action(action);
  groups.set(name, command);
  groupFor(path.slice(0, -1), groups, action).addCommand(command);
  return command;
}

function toOption(flag: FlagSpec): Option {
  const dashes = flag.short === undefined ? `--${flag.name}` : `-${flag.short}, --${flag.name}`;
  const [open, close] = flag.valueIsOptional === true ? ['[', ']'] : ['<', '>'];
  const option = new Option(flag.value === undefined ? dashes : `${dashes} ${open}${flag.value}${close}`);
  // Commander turns --no-x into the negation of x; here it is a switch of its own name.
  option.negate = false;
  if (flag.value !== undefined) {
    option.argParser((value: string, before: readonly string[] | undefined) => [...(before ?? []), value]);
  }
  return option;
}

function helpWanted(command: Commander): boolean {
  for (let at: Commander | null = command; at !== null; at = at.parent) {
    if (at.opts().help === true) return true;
  }
  return false;
}

/** Flags of the command and of everything above it; the nearer one wins, repeated ones add up. */
function collectFlags(command: Commander): ReadonlyMap<string, RawValue> {
  const flags = new Map<string, RawValue>();
  for (let at: Commander | null = command; at !== null; at = at.parent) {
    for (const option of at.options) {
      const name = option.name();
      const value = rawValue(at.getOptionValue(option.attributeName()));
      if (value === undefined) continue;
      const nearer = flags.get(name);
      if (nearer === undefined) flags.set(name, value);
      else if (name === 'url' && typeof nearer !== 'boolean' && typeof value !== 'boolean') {
        flags.set(name, [value, nearer].flat());
      }
    }
  }
  return flags;
}

/** Commander keeps `true` for a switch and, with toOption's parser, a list for everything else. */
function rawValue(value: unknown): RawValue | undefined {
  if (value === true) return true;
  return Array.isArray(value) ? value.map(String) : undefined;
}

function requireArguments(spec: CommandSpec, args: readonly string[], specs: readonly CommandSpec[]): void {
  const expected = spec.args ?? [];
  const missing = expected.find((argument, index) => argument.required === true && args[index] === undefined);
  if (missing !== undefined) {
    throw new UsageError(`${commandName(spec)} needs ${missing.name}: ${missing.summary}`, {
      hint: `see cachectl ${commandName(spec)} --help`,
    });
  }
  const last = expected.at(-1);
  if (last?.repeatable !== true && args.length > expected.length) {
    const surplus = args[expected.length] ?? '';
    throw new UsageError(`${commandName(spec)} does not take the argument "${surplus}"`, {
      hint: guessBelow(spec.path, surplus, specs) ?? `see cachectl ${commandName(spec)} --help`,
    });
  }
}

function translate(
  error: CommanderError,
  argv: readonly string[],
  specs: readonly CommandSpec[],
): UsageError {
  if (error.code === 'commander.unknownOption') {
    // With its value where that was written behind an equals sign.
    const [flag = ''] = (/'([^']*)'/.exec(error.message)?.[1] ?? '').split('=', 1);
    const spec = specs.find((candidate) => namesCommand(argv, candidate));
    const known = [...GLOBAL_FLAGS, ...(spec === undefined ? [] : flagsOf(spec))].map(
      (known) => `--${known.name}`,
    );
    const missing = spec?.missingFlags?.find(({ names }) => names.some((name) => flag === `--${name}`));
    if (spec !== undefined && missing !== undefined) {
      return new UsageError(`${commandName(spec)} does not take ${flag}: ${missing.because}`, {
        hint: missing.instead,
      });
    }
    const guess = nearest(flag, known);
    const help = ['cachectl', ...(spec?.path ?? []), '--help'].join(' ');
    return new UsageError(`unknown flag ${flag}`, {
      hint: guess === undefined ? `see ${help}` : `did you mean ${guess}? (${help})`,
    });
  }
  if (error.code === 'commander.optionMissingArgument') {
    const flag = /'([^']*)'/.exec(error.message)?.[1] ?? '';
    return new UsageError(`${flag.replace(/^-\w, | <.*>$/g, '')} is missing its value`);
  }
  return new UsageError(error.message.replace(/^error: /, ''));
}

/** Whether a command's name stands somewhere on the line, its words one after the other. */
function namesCommand(argv: readonly string[], spec: CommandSpec): boolean {
  return argv.some((_, start) => spec.path.every((word, index) => argv[start + index] === word));
}
