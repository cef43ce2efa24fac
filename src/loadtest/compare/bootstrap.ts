import type { Histogram } from '../../histogram/histogram.ts';
import type { Random } from '../engine/random.ts';

/** The latencies of both sides in one repetition, in milliseconds. */
export interface Repetition {
  readonly without: readonly number[];
  readonly cached: readonly number[];
}

/** Between which values the improvement lies, in percent, with a probability of 95 %. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 500;
/** Of one repetition and side: more would cost time and say no more. */
const MOST_SAMPLES = 100;

/**
 * The interval of the improvement of the median, by resampling repetitions and the latencies in each of them
 * (Efron and Tibshirani, "An Introduction to the Bootstrap", 8.3 and 13.3). Repetitions come before requests,
 * because what disturbs a machine disturbs all requests of a moment.
 * @returns `undefined` where one side has nothing
 */
export function improvementInterval(
  repetitions: readonly Repetition[],
  random: Random,
): Interval | undefined {
  const usable = repetitions.filter(({ without, cached }) => without.length > 0 && cached.length > 0);
  if (usable.length === 0) return undefined;
  const improvements = Array.from({ length: RESAMPLES }, () => {
    const chosen = usable.map(() => pick(usable, random));
    const without = medianOf(chosen.flatMap((repetition) => redraw(repetition.without, random)));
    const cached = medianOf(chosen.flatMap((repetition) => redraw(repetition.cached, random)));
    return without === 0 ? 0 : (1 - cached / without) * 100;
  }).sort((a, b) => a - b);
  const at = (share: number): number =>
    improvements[Math.min(RESAMPLES - 1, Math.floor(share * RESAMPLES))] ?? 0;
  return { low: at(0.025), high: at(0.975) };
}

/** The latencies of a histogram, or so many of them, evenly from the shortest to the longest. */
export function samplesOf(histogram: Histogram): readonly number[] {
  const { count } = histogram;
  const wanted = Math.min(count, MOST_SAMPLES);
  const samples: number[] = [];
  let seen = 0;
  for (const bucket of histogram.buckets()) {
    seen += bucket.count;
    while (samples.length < wanted && (samples.length + 0.5) * (count / wanted) <= seen)
      samples.push(bucket.ms);
  }
  return samples;
}

function pick<Item>(items: readonly Item[], random: Random): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}

function redraw(values: readonly number[], random: Random): readonly number[] {
  return values.map(() => pick(values, random));
}

function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.ceil(sorted.length / 2) - 1] ?? 0;
}
