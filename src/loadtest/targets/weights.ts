import { UsageError } from '../../cli/errors.ts';
import { escapeText } from '../../keys/printable.ts';

/**
 * Reads `homepage=3`, `/api/users=0.5`, `http://127.0.0.1/=2`: how often something is asked for, beside 1.
 * @throws UsageError
 */
export function parseWeights(texts: readonly string[]): ReadonlyMap<string, number> {
  return new Map(
    texts.map((text) => {
      const [, name = '', weight = ''] = /^(.+)=(\d+(?:\.\d+)?)$/s.exec(text) ?? [];
      if (name === '') {
        throw new UsageError(`--weight takes NAME=NUMBER, not "${escapeText(text)}"`, {
          hint: 'the name is a scope, a path or an address: --weight homepage=3',
        });
      }
      return [name, Number(weight)];
    }),
  );
}
