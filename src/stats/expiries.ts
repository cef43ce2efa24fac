/**
 * How many keys run out when: counts by the upper bound of a class, in seconds from the moment of counting. The
 * classes grow by a fifth each, so that an estimate for any later moment is good to about a tenth of that time.
 */
export type Expiries = Map<number, number>;

const GROWTH = 1.2;

/** Counts one key that runs out in so many seconds. */
export function addExpiry(expiries: Expiries, seconds: number): void {
  const bound = seconds <= 1 ? 1 : upperBound(Math.ceil(Math.log(seconds) / Math.log(GROWTH) - 1e-9));
  expiries.set(bound, (expiries.get(bound) ?? 0) + 1);
}

/** About how many of the keys have run out after so many seconds, spread evenly within each class. */
export function expiredAfter(expiries: ReadonlyMap<number, number>, seconds: number): number {
  let count = 0;
  for (const [bound, keys] of expiries) {
    const from = bound <= 1 ? 0 : bound / GROWTH;
    count += keys * Math.min(1, Math.max(0, (seconds - from) / (bound - from)));
  }
  return Math.round(count);
}

function upperBound(step: number): number {
  return Math.round(GROWTH ** step * 1_000) / 1_000;
}
