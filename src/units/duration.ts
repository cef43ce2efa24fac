/**
 * Durations as people write them in specs and flags: `500ms`, `60s`, `5m`, `1h30m`, `7d`.
 * A bare number is seconds, as in Redis' EXPIRE.
 */

const MILLISECONDS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** What {@link parseDurationMs} understands, for error messages. */
export const DURATION_FORM = 'a duration such as 500ms, 30s, 5m, 1h30m or 7d';

/** Milliseconds of a written duration, or `undefined` where it is not one (negative ones are not). */
export function parseDurationMs(text: string): number | undefined {
  const trimmed = text.trim();
  // Longer than any duration; the expressions below would take their time over a megabyte.
  if (trimmed.length > 64) return undefined;
  if (/^\d+(\.\d+)?$/.test(trimmed)) return finite(Number(trimmed) * 1_000);
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d|w))+$/.test(trimmed)) return undefined;
  let total = 0;
  for (const [, amount, unit] of trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g)) {
    total += Number(amount) * (MILLISECONDS[unit ?? ''] ?? Number.NaN);
  }
  return finite(total);
}

/**
 * What somebody may have meant who wrote a duration in another way: `5 minutes` is `5m`, `1h 30min` is `1h30m`.
 * `undefined` where a text tells nothing.
 */
export function meantDuration(text: string): string | undefined {
  if (text.length > 64) return undefined;
  const meant = text
    .toLowerCase()
    .replaceAll(/[\s,_]|and/g, '')
    .replaceAll(/[a-z]+/g, (word) => WRITTEN_UNITS.find(([written]) => written.test(word))?.[1] ?? '?');
  return parseDurationMs(meant) === undefined ? undefined : meant;
}

const WRITTEN_UNITS: readonly (readonly [written: RegExp, unit: string])[] = [
  [/^(ms|msecs?|millis|milliseconds?)$/, 'ms'],
  [/^(s|secs?|seconds?)$/, 's'],
  [/^(m|mins?|minutes?)$/, 'm'],
  [/^(h|hrs?|hours?)$/, 'h'],
  [/^(d|days?)$/, 'd'],
  [/^(w|wks?|weeks?)$/, 'w'],
];

function finite(ms: number): number | undefined {
  return Number.isFinite(ms) ? ms : undefined;
}

/**
 * A duration for people, two units at most: `0.4 ms`, `12 ms`, `1.2 s`, `4m 30s`, `1d 2h`.
 * @param ms milliseconds, not negative
 */
export function formatDurationMs(ms: number): string {
  if (ms < 10) return `${trimZeros(ms.toFixed(ms < 1 ? 2 : 1))} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${trimZeros((ms / 1_000).toFixed(1))} s`;
  let seconds = Math.round(ms / 1_000);
  if (seconds >= 3_600) seconds = Math.round(seconds / 60) * 60;
  if (seconds >= 86_400) seconds = Math.round(seconds / 3_600) * 3_600;
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor((seconds % 86_400) / 3_600), 'h'],
    [Math.floor((seconds % 3_600) / 60), 'm'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([amount]) => amount > 0);
  return parts
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount}${unit}`)
    .join(' ');
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
