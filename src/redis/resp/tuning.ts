/**
 * How much to ask of SCAN at once. Looking at a thousand keys takes a server about 0.75 ms (measured: Redis
 * 7.0, keys in memory that no cache holds), and other clients wait for it. On the same machine a thousand is
 * the best there is: more only makes others wait, less makes the client's own work count. With a network in
 * between the server has nothing to do for one round trip in each step, unless there is more to do: several
 * cursors have other steps ready for it, where they are allowed; otherwise steps grow, to three times as long.
 */

/** What a server looks at in one go without others noticing. */
const COMFORTABLE_COUNT = 1_000;

/** Server time for that, in ms. */
const COMFORTABLE_MS = 0.75;

const MOST_STEPS = 3;

/**
 * Requests of several cursors reach the server together, and other clients wait for all of them and for the
 * removals beside them. Four steps of 200 kept others waiting about as long as one of 1000, and cost the server a
 * quarter less; four of 250 were no faster and four of 160 slower (docs/performance.md). Eight are for filling a
 * network's round trip.
 */
const NEAR_CURSORS = 4;
const NEAR_COUNT = 200;
const FAR_CURSORS = 8;
const FAR_MS = 0.5;
const MOST_TOGETHER = 8_000;

/** How a sweep begins. */
export interface SweepTuning {
  readonly cursors: number;
  /** Keys for each SCAN to look at. */
  readonly count: number;
}

/** @param roundTripMs of a command that costs nothing, on the idle connection */
export function tuneSweep(roundTripMs: number, severalCursors: boolean): SweepTuning {
  const steps = 1 + (roundTripMs < FAR_MS ? 0 : roundTripMs / COMFORTABLE_MS);
  if (!severalCursors) {
    return { cursors: 1, count: Math.round(COMFORTABLE_COUNT * Math.min(MOST_STEPS, steps)) };
  }
  if (roundTripMs < FAR_MS) return { cursors: NEAR_CURSORS, count: NEAR_COUNT };
  return {
    cursors: FAR_CURSORS,
    count: Math.round(Math.min(MOST_TOGETHER, COMFORTABLE_COUNT * steps) / FAR_CURSORS),
  };
}
