/** Rates as people write them in specs and flags: `50/s`, `600/m`, `0.5/s`. */

const SECONDS: Readonly<Record<string, number>> = { s: 1, sec: 1, m: 60, min: 60, h: 3_600 };

/** What {@link parseRate} understands, for error messages. */
export const RATE_FORM = 'a rate such as 50/s, 600/m or 0.5/s';

/** How often a second, or `undefined` where a text is no rate or zero. A number without unit is none: of what? */
export function parseRate(text: string): number | undefined {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)\s*\/\s*(s|sec|m|min|h)$/i.exec(text.trim());
  if (!match) return undefined;
  const perSecond = Number(match[1]) / (SECONDS[(match[2] ?? '').toLowerCase()] ?? Number.NaN);
  return perSecond > 0 ? perSecond : undefined;
}

/**
 * What somebody may have meant who wrote a rate in another way: `500` or `500 rps` is `500/s`. `undefined` where a
 * text tells nothing.
 */
export function meantRate(text: string): string | undefined {
  if (text.length > 64) return undefined;
  const match = /^(\d+(?:\.\d+)?)(?:\/|per)?([a-z]*)$/.exec(text.replaceAll(/[\s,_]/g, '').toLowerCase());
  const unit = WRITTEN_UNITS.find(([written]) => written.test(match?.[2] ?? '?'))?.[1];
  const meant = `${match?.[1]}/${unit}`;
  return unit !== undefined && parseRate(meant) !== undefined ? meant : undefined;
}

const WRITTEN_UNITS: readonly (readonly [written: RegExp, unit: string])[] = [
  [/^([rq]?ps|hz|s|secs?|seconds?)?$/, 's'],
  [/^([rq]?pm|m|mins?|minutes?)$/, 'm'],
  [/^([rq]?ph|h|hrs?|hours?)$/, 'h'],
];
