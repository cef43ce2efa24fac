import type { KeyExplanation } from './explanation.ts';
import { escapeText, keyJson } from './printable.ts';

/** An explanation as names and values for people; nothing for an entry that has nothing to tell. */
export function explanationFields(explanation: KeyExplanation): readonly (readonly [string, string])[] {
  const { kind, what, version, details } = explanation;
  return [
    ...(kind === 'entry' && details.length === 0 ? [] : [['what', what] as const]),
    ...(version === undefined ? [] : [['version', String(version)] as const]),
    ...details.map(([name, value]) => [name, escapeText(value)] as const),
  ];
}

/** An explanation in JSON; grows only by addition. */
export function explanationJson(explanation: KeyExplanation): Readonly<Record<string, unknown>> {
  const { layout, prefix, version, kind, what, details } = explanation;
  const shown = keyJson(prefix);
  return {
    layout,
    ...('key' in shown ? { prefix: shown.key } : { prefix_base64: shown.key_base64 }),
    version: version ?? null,
    kind,
    what,
    details: Object.fromEntries(details),
  };
}
