/** Rates as people write them in flags: `20000/s`, `500/m`. */

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600 };

/** What {@link parseRate} understands, for error messages. */
export const RATE_FORM = 'a rate such as 20000/s or 500/m';

/** How many a second; `undefined` where it is no rate, as without its unit or of nothing at all. */
export function parseRate(text: string): number | undefined {
  const match = /^(\d{1,12}(?:\.\d{1,6})?)\/([smh])$/.exec(text.trim());
  if (match === null) return undefined;
  const rate = Number(match[1]) / (SECONDS[match[2] ?? ''] ?? Number.NaN);
  return rate > 0 ? rate : undefined;
}
