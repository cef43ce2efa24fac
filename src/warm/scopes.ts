import { UsageError } from '../cli/errors.ts';
import { RESERVED_SCOPE, type ScopeSpec, type Spec } from '../config/spec.ts';
import { escapeText } from '../keys/printable.ts';
import { nearest } from '../text/nearest.ts';

/**
 * The scopes of these names, each once, in the order in which they were named; `all` is every scope.
 * @throws UsageError with the nearest name and the list of scopes, where one is unknown or none was named
 */
export function chooseScopes(spec: Spec, names: readonly string[]): readonly ScopeSpec[] {
  const known = Object.keys(spec.scopes);
  if (known.length === 0) {
    throw new UsageError('the spec file defines no scopes', {
      hint: 'scopes: name the groups of entries to warm',
    });
  }
  const list = known.map((name) => escapeText(name)).join(', ');
  if (names.length === 0) {
    throw new UsageError('no scope was named', {
      hint: `say --scope NAME, one of ${list}, or --scope ${RESERVED_SCOPE}`,
    });
  }
  const chosen = new Set<ScopeSpec>();
  for (const name of names) {
    if (name === RESERVED_SCOPE) {
      for (const scope of Object.values(spec.scopes)) chosen.add(scope);
      continue;
    }
    const scope = spec.scopes[name];
    if (scope === undefined) {
      const guess = nearest(name, [...known, RESERVED_SCOPE]);
      const question = guess === undefined ? '' : `did you mean ${escapeText(guess)}? `;
      throw new UsageError(`the spec file has no scope "${escapeText(name)}"`, {
        hint: `${question}it has ${list}, and ${RESERVED_SCOPE} is every scope`,
      });
    }
    chosen.add(scope);
  }
  return [...chosen];
}
