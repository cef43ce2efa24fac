import type { Random } from './random.ts';

/** A stretch of a schedule, in which the rate changes evenly. */
export interface RateStage {
  readonly durationMs: number;
  /** Requests a second, where the stage begins and where it ends. */
  readonly fromPerSecond: number;
  readonly toPerSecond: number;
}

/** How requests are spread over their rate: evenly, or as independent visitors come. */
export type Spread = 'constant' | 'poisson';

/** One thread's part of a schedule: every `of`-th request, beginning with the `index`-th. */
export interface Share {
  readonly index: number;
  readonly of: number;
}

export const WHOLE: Share = { index: 0, of: 1 };

/**
 * The moments at which requests are due, in milliseconds from the start, one after the other, as long as the
 * stages last. Counted in requests, time runs evenly: the n-th request of a constant rate is due where the
 * area under the rate reaches n, and independent visitors come where the area grows by an exponential
 * variable of mean 1. Sharing keeps both: every `of`-th request of a constant rate, and a rate of 1/`of`.
 */
export function* arrivals(
  stages: readonly RateStage[],
  spread: Spread,
  share: Share,
  random: Random,
): Generator<number, void, void> {
  const step = (): number => (spread === 'constant' ? share.of : -Math.log(1 - random()) * share.of);
  let due = spread === 'constant' ? share.index : step();
  let areaBefore = 0;
  let startMs = 0;
  for (const stage of stages) {
    const area = ((stage.fromPerSecond + stage.toPerSecond) / 2) * (stage.durationMs / 1_000);
    while (due < areaBefore + area) {
      yield startMs + timeOfArea(stage, due - areaBefore);
      due += step();
    }
    areaBefore += area;
    startMs += stage.durationMs;
  }
}

/** After how many milliseconds of a stage so many requests are due: the root of a quadratic equation. */
function timeOfArea({ durationMs, fromPerSecond, toPerSecond }: RateStage, area: number): number {
  const from = fromPerSecond / 1_000;
  const growth = (toPerSecond - fromPerSecond) / 1_000 / durationMs;
  // In this form nothing cancels out where the rate hardly changes, and a rate from zero works as well.
  const root = Math.sqrt(Math.max(0, from * from + 2 * growth * area));
  return area === 0 ? 0 : Math.min(durationMs, (2 * area) / (from + root));
}

/** How many requests are due altogether. */
export function plannedRequests(stages: readonly RateStage[]): number {
  return stages.reduce(
    (sum, { durationMs, fromPerSecond, toPerSecond }) =>
      sum + ((fromPerSecond + toPerSecond) / 2) * (durationMs / 1_000),
    0,
  );
}
