import { UsageError } from '../cli/errors.ts';
import type { RuleSpec } from '../config/rule-spec.ts';
import type { Spec } from '../config/spec.ts';
import { escapeText } from '../keys/printable.ts';
import { nearest } from '../text/nearest.ts';

/**
 * The rule of an event.
 * @throws UsageError `invalidation.unknown` where the spec file has none of this name
 */
export function findRule(spec: Spec, name: string): RuleSpec {
  const rule = spec.invalidation?.[name];
  if (rule !== undefined) return rule;
  const names = Object.keys(spec.invalidation ?? {});
  const guess = nearest(name, names);
  const known =
    names.length === 0
      ? 'the spec file has no `invalidation`'
      : `the events are ${names.map(escapeText).join(', ')}`;
  throw new UsageError(`there is no rule for the event "${escapeText(name)}"`, {
    code: 'invalidation.unknown',
    hint: guess === undefined ? known : `did you mean ${escapeText(guess)}? ${known}`,
  });
}
