import { DURATION_FORM, parseDurationMs } from '../units/duration.ts';

/** Longest wait that Node's timers keep, about 24 days; a longer one would end at once. */
export const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Characters of the longest duration anybody means. */
const MAX_DURATION_LENGTH = 100;

/** What {@link readTtlSeconds} and {@link readTimeoutMs} accept, for error messages. */
export const TTL_FORM = `${DURATION_FORM}, at least 1ms`;
export const TIMEOUT_FORM = `${DURATION_FORM}, from 1ms to 24 days`;

/**
 * Seconds of a written TTL (a number is seconds), in whole milliseconds because Redis' PX counts
 * those; `undefined` where it is none, under 1 ms or beyond what PX can hold.
 */
export function readTtlSeconds(value: string | number): number | undefined {
  const ms = readMs(value);
  return ms !== undefined && ms >= 1 && ms <= Number.MAX_SAFE_INTEGER ? ms / 1_000 : undefined;
}

/** Milliseconds of a written time limit (a number is seconds), or `undefined` where no timer could keep it. */
export function readTimeoutMs(value: string | number): number | undefined {
  const ms = readMs(value);
  return ms !== undefined && ms >= 1 && ms <= MAX_TIMEOUT_MS ? ms : undefined;
}

/** A TTL as entries give it: the name of a class, otherwise a duration. Seconds, or `undefined`. */
export function resolveTtlSeconds(
  value: string | number,
  classes: Readonly<Record<string, number>>,
): number | undefined {
  if (typeof value === 'string' && Object.hasOwn(classes, value)) return classes[value];
  return readTtlSeconds(value);
}

function readMs(value: string | number): number | undefined {
  const ms = typeof value === 'number' ? value * 1_000 : readDurationMs(value);
  return ms === undefined || ms < 0 || ms * 2 < 1 ? undefined : Math.round(ms);
}

/**
 * Milliseconds of a written duration, or `undefined`. Long text is none: `parseDurationMs` recurses in
 * its regular expression, and megabytes of `1s` would exhaust the stack.
 */
export function readDurationMs(value: string): number | undefined {
  return value.length > MAX_DURATION_LENGTH ? undefined : parseDurationMs(value);
}
