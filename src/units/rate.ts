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
