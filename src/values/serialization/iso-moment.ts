import type { PlainValue } from '../plain-value.ts';

/** JavaScript's dates end here: 100 million days around 1970. */
const MOST_SECONDS = 8_640_000_000_000n;

/**
 * A moment in UTC as ISO 8601, to the nanosecond; `undefined` where it is no moment at all.
 * @param seconds since the epoch
 */
export function isoSeconds(seconds: bigint, nanoseconds: number): PlainValue | undefined {
  if (seconds > MOST_SECONDS || seconds < -MOST_SECONDS || nanoseconds > 999_999_999) return undefined;
  const whole = new Date(Number(seconds) * 1_000).toISOString().replace(/\.000Z$/, '');
  const fraction = nanoseconds === 0 ? '' : `.${String(nanoseconds).padStart(9, '0').replace(/0+$/, '')}`;
  return { kind: 'moment', type: 'datetime', text: `${whole}${fraction}Z` };
}
