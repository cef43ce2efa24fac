/** How long the connection layer keeps trying; one place, so that every part is as patient as the next. */

/** A connection lost in the middle of the work is opened again this often: some 13 s in all. */
export const RECONNECT_ATTEMPTS = 10;

/** A slot is followed this often before it is taken for a cluster that cannot make up its mind. */
export const MAX_REDIRECTS = 16;

/** What was already sent when a command is told to stop is waited for this long. */
export const GRACE_MS = 1_000;

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/** The pause before a further attempt, counted from 1: it doubles up to two seconds. */
export function pauseBefore(attempt: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
}

/** Causes that may be gone in a moment. A timeout is none: it has been waited for already. */
const PASSING = new Set([
  'redis.refused',
  'redis.reset',
  'redis.loading',
  'redis.busy',
  'redis.max-clients',
  'redis.primary-down',
  'redis.cluster-down',
  'redis.sentinel-unsettled',
]);

/** Whether a cause may be gone in a moment. */
export function mayPass(error: { readonly code: string }): boolean {
  return PASSING.has(error.code);
}
