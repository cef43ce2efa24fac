import type { Values } from './values.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What bash and zsh write alike: the arms of `case` statements over `"$at $1"`, a line each. */

/** Words that lead one command further. */
export function stepArms({ branches }: Vocabulary): string {
  return branches
    .flatMap(({ path, words }) =>
      words.map(({ word }) => `    ${quote(`${path} ${word}`)}) at=${quote(`${path} ${word}`.trim())} ;;`),
    )
    .join('\n');
}

/** What positional arguments are. */
export function argumentArms(vocabulary: Vocabulary): string {
  return vocabulary.arguments
    .map(
      ({ path, position, values }) =>
        `    ${position === '*' ? `${quote(`${path} `)}*` : quote(`${path} ${position}`)}) kind=${quote(valuesText(values))} ;;`,
    )
    .join('\n');
}

/** What the values of flags are. */
export function valueArms({ valueRules }: Vocabulary): string {
  return valueRules
    .map(({ values, flags }) => {
      const patterns = flags.map(({ path, name }) =>
        path === undefined ? `*${quote(` ${name}`)}` : quote(`${path} ${name}`),
      );
      return `    ${patterns.join(' | ')}) kind=${quote(valuesText(values))} ;;`;
    })
    .join('\n');
}

/** What the scripts call such values: `any`, `file`, `words a b`, `lookup scopes`. */
export function valuesText(values: Values): string {
  switch (values.kind) {
    case 'any':
    case 'file':
      return values.kind;
    case 'words':
      return `words ${values.words.join(' ')}`;
    case 'lookup':
      return `lookup ${values.lookup}`;
  }
}

/** A word that a POSIX shell leaves as it is. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
