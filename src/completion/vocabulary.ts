import { commandName, OUTPUT_FORMATS, type CommandSpec, type FlagSpec } from '../cli/command.ts';
import { GLOBAL_FLAGS } from '../cli/global-options.ts';
import { REDIS_FLAGS } from '../cli/redis-flags.ts';
import { argumentValues, valuesOf, type Values } from './values.ts';

/** A word to offer and what it means. */
export interface Word {
  readonly word: string;
  readonly summary: string;
}

/** The words that can follow a path: `''` has the commands, `config` has `validate` and others. */
export interface Branch {
  readonly path: string;
  readonly words: readonly Word[];
}

/** The flags that take such values. */
export interface ValueRule {
  readonly values: Values;
  readonly flags: readonly {
    /** `--scope` or `-s`. */
    readonly name: string;
    /** The command it holds for; `undefined` where it is the same wherever the flag is known. */
    readonly path: string | undefined;
  }[];
}

/** What a script has to know: everything but the names that are looked up later. */
export interface Vocabulary {
  readonly branches: readonly Branch[];
  readonly globalFlags: readonly Word[];
  readonly redisFlags: readonly Word[];
  /** The flags of its own that each command has, by path. */
  readonly commandFlags: readonly Branch[];
  readonly redisCommands: readonly string[];
  readonly valueRules: readonly ValueRule[];
  /** What arguments are, by path and position from 1; `*` is every further one. */
  readonly arguments: readonly {
    readonly path: string;
    readonly position: string;
    readonly values: Values;
  }[];
}

/** All of it, from the command specs. Pure. */
export function vocabularyOf(specs: readonly CommandSpec[]): Vocabulary {
  return {
    branches: branchesOf(specs),
    globalFlags: flagWords([...GLOBAL_FLAGS, { name: 'version', summary: 'show the version' }]),
    redisFlags: flagWords(REDIS_FLAGS),
    commandFlags: specs.map((spec) => ({ path: commandName(spec), words: flagWords(spec.flags) })),
    redisCommands: specs.filter(({ usesRedis }) => usesRedis).map(commandName),
    valueRules: valueRulesOf(specs),
    // Longer paths first: shells take the first that fits, and `stats *` fits `stats diff 1` as well.
    arguments: specs
      .toSorted((a, b) => b.path.length - a.path.length)
      .flatMap((spec) =>
        (spec.args ?? []).map((argument, index) => ({
          path: commandName(spec),
          position: argument.repeatable === true ? '*' : String(index + 1),
          values: argumentValues(argument, spec.path),
        })),
      ),
  };
}

function branchesOf(specs: readonly CommandSpec[]): readonly Branch[] {
  const branches = new Map<string, Map<string, string>>([['', new Map()]]);
  for (const spec of specs) {
    for (const [depth, word] of spec.path.entries()) {
      const path = spec.path.slice(0, depth).join(' ');
      const words = branches.get(path) ?? new Map<string, string>();
      branches.set(path, words);
      if (depth === spec.path.length - 1) words.set(word, spec.summary);
      else if (!words.has(word)) words.set(word, groupSummary(spec.path.slice(0, depth + 1), specs));
    }
  }
  return [...branches].map(([path, words]) => ({
    path,
    words: [...words].map(([word, summary]) => ({ word, summary })),
  }));
}

function groupSummary(path: readonly string[], specs: readonly CommandSpec[]): string {
  const members = specs.filter((spec) => path.every((word, index) => spec.path[index] === word));
  return members.map((spec) => spec.path.slice(path.length).join(' ')).join(', ');
}

function flagWords(flags: readonly FlagSpec[]): readonly Word[] {
  return flags.map(({ name, summary }) => ({ word: `--${name}`, summary }));
}

/** Every flag with a value, where it means one thing as a single rule, otherwise with its commands. */
function valueRulesOf(specs: readonly CommandSpec[]): readonly ValueRule[] {
  const uses = [
    // Before a command stands, any format may still be the right one.
    ...[...REDIS_FLAGS, ...GLOBAL_FLAGS].map((flag) => ({
      flag: withFormats(flag, OUTPUT_FORMATS),
      path: '',
    })),
    ...specs.flatMap((spec) => [
      ...spec.flags.map((flag) => ({ flag, path: commandName(spec) })),
      ...GLOBAL_FLAGS.filter(({ name }) => name === 'output').map((flag) => ({
        flag: withFormats(flag, spec.formats),
        path: commandName(spec),
      })),
    ]),
  ];
  const rules = new Map<string, { values: Values; flags: { name: string; path: string | undefined }[] }>();
  for (const name of new Set(uses.flatMap(({ flag }) => namesOf(flag)))) {
    const known = uses.filter(({ flag }) => namesOf(flag).includes(name));
    const meanings = new Set(known.map(({ flag }) => JSON.stringify(valuesOf(flag))));
    for (const { flag, path } of meanings.size === 1 ? known.slice(0, 1) : known) {
      const values = valuesOf(flag);
      if (values === undefined) continue;
      const rule = rules.get(JSON.stringify(values)) ?? { values, flags: [] };
      rules.set(JSON.stringify(values), rule);
      rule.flags.push({ name, path: meanings.size === 1 ? undefined : path });
    }
  }
  return [...rules.values()];
}

function withFormats(flag: FlagSpec, formats: readonly string[]): FlagSpec {
  return flag.name === 'output' ? { ...flag, choices: formats } : flag;
}

function namesOf(flag: FlagSpec): readonly string[] {
  return [`--${flag.name}`, ...(flag.short === undefined ? [] : [`-${flag.short}`])];
}
