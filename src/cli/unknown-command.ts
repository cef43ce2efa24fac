import { nearest } from '../text/nearest.ts';
import type { CommandSpec } from './command.ts';
import { UsageError } from './errors.ts';
import { GLOBAL_FLAGS } from './global-options.ts';

/**
 * Looks at nothing but the command that a line names: flags of a mistyped one are not what is wrong with it, and what
 * reads them need not be loaded.
 * @throws UsageError where there is no command of that name, with the nearest
 */
export function requireKnownCommand(argv: readonly string[], specs: readonly CommandSpec[]): void {
  if (argv.some((word) => word === '--help' || word === '-h' || word === '--version')) return;
  const group: string[] = [];
  for (const word of commandWords(argv)) {
    const names = namesIn(group, specs);
    if (!names.includes(word)) throw unknownCommand(group, word, names, specs);
    group.push(word);
    // From here on words may be arguments.
    if (specs.some(({ path }) => path.join(' ') === group.join(' '))) return;
  }
}

/** The hint where the first argument of a command that takes none may have been meant as a command below it. */
export function guessBelow(
  group: readonly string[],
  word: string,
  specs: readonly CommandSpec[],
): string | undefined {
  const guess = nearest(word, namesIn(group, specs));
  return guess === undefined ? undefined : `did you mean ${['cachectl', ...group, guess].join(' ')}?`;
}

function unknownCommand(
  group: readonly string[],
  word: string,
  names: readonly string[],
  specs: readonly CommandSpec[],
): UsageError {
  if (group.length === 0 && word === 'version') {
    return new UsageError('unknown command "version"', { hint: 'cachectl --version shows it' });
  }
  const prefix = ['cachectl', ...group].join(' ');
  const lines = guesses(group, word, names, specs).map((path) => ['cachectl', ...path].join(' '));
  return new UsageError(`unknown command "${[...group, word].join(' ')}"`, {
    hint: lines.length === 0 ? `${prefix} --help lists the commands` : `did you mean ${lines.join(' or ')}?`,
  });
}

/** Whole paths: of commands that end with the word (`bump`: `namespace bump`), of the nearest here, or anywhere. */
function guesses(
  group: readonly string[],
  word: string,
  names: readonly string[],
  specs: readonly CommandSpec[],
): readonly (readonly string[])[] {
  const endingWith = (last: string | undefined): readonly (readonly string[])[] =>
    specs.map(({ path }) => path).filter((path) => path.at(-1) === last);
  const exact = endingWith(word);
  if (exact.length > 0) return exact;
  const near = nearest(word, names);
  return near === undefined
    ? endingWith(
        nearest(
          word,
          specs.map(({ path }) => path.at(-1) ?? ''),
        ),
      )
    : [[...group, near]];
}

function namesIn(group: readonly string[], specs: readonly CommandSpec[]): readonly string[] {
  const below = specs.filter(({ path }) => group.every((word, index) => path[index] === word));
  return [...new Set(below.flatMap(({ path }) => path[group.length] ?? []))];
}

/** The words of a line that are no global flags and none of their values, up to the first flag that is not known. */
function* commandWords(argv: readonly string[]): Generator<string> {
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? '';
    if (word === '--') continue;
    if (!word.startsWith('-') || word === '-') {
      yield word;
      continue;
    }
    const takesNext = takesNextWord(word);
    if (takesNext === undefined) return;
    if (takesNext) index++;
  }
}

/** Whether the word behind a flag, or behind some in one word (`-qo json`), is its value; `undefined`: not known. */
function takesNextWord(word: string): boolean | undefined {
  if (word.startsWith('--')) {
    const [name, value] = word.slice(2).split('=', 2);
    const flag = GLOBAL_FLAGS.find((candidate) => candidate.name === name);
    return flag === undefined ? undefined : flag.value !== undefined && value === undefined;
  }
  for (const [at, letter] of [...word].entries()) {
    if (at === 0) continue;
    const flag = GLOBAL_FLAGS.find((candidate) => candidate.short === letter);
    if (flag === undefined) return undefined;
    if (flag.value !== undefined) return at === word.length - 1;
  }
  return false;
}
