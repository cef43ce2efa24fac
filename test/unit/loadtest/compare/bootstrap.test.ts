import { describe, expect, it } from 'vitest';
import { improvementInterval, samplesOf } from '../../../../src/loadtest/compare/bootstrap.ts';
import { repetitionsOf } from '../../../../src/loadtest/compare/repetitions.ts';
import { Histogram } from '../../../../src/histogram/histogram.ts';
import { seededRandom } from '../../../../src/loadtest/engine/random.ts';

const random = seededRandom(5);
/** Latencies around a middle, as a busy machine spreads them. */
const around = (middle: number): number[] =>
  Array.from({ length: 30 }, () => middle * (0.8 + 0.4 * random()));
const repetitions = (without: number, cached: number) =>
  Array.from({ length: 5 }, () => ({ without: around(without), cached: around(cached) }));

describe('the interval of an improvement', () => {
  it('holds the improvement that there is, and is narrow where the difference is large', () => {
    const interval = improvementInterval(repetitions(100, 10), seededRandom(1));
    expect(interval?.low).toBeGreaterThan(85);
    expect(interval?.low).toBeLessThan(90);
    expect(interval?.high).toBeGreaterThan(90);
    expect(interval?.high).toBeLessThan(95);
  });

  it('has zero in it in nearly all cases where there is no difference', () => {
    const intervals = Array.from({ length: 40 }, (_, seed) =>
      improvementInterval(repetitions(20, 20), seededRandom(seed)),
    );
    const missed = intervals.filter(
      (interval) => interval === undefined || interval.low > 0 || interval.high < 0,
    );
    // Five in a hundred miss it by right.
    expect(missed.length).toBeLessThanOrEqual(6);
  });

  it('takes what disturbs whole repetitions for noise', () => {
    const disturbed = [1, 1, 3, 1, 4].map((factor, run) => ({
      without: around(20 * factor),
      cached: around(18 * ([4, 1, 1, 3, 1][run] ?? 1)),
    }));
    const interval = improvementInterval(disturbed, seededRandom(1));
    expect(interval?.low).toBeLessThan(0);
    expect(interval?.high).toBeGreaterThan(0);
  });

  it('is none where a side has nothing', () => {
    expect(improvementInterval([{ without: [], cached: [1] }], random)).toBeUndefined();
    expect(improvementInterval([], random)).toBeUndefined();
  });
});

describe('samples of a histogram', () => {
  it('are all of it, or so many evenly', () => {
    const histogram = new Histogram();
    for (let ms = 1; ms <= 1_000; ms++) histogram.record(ms);
    const samples = samplesOf(histogram);
    expect(samples).toHaveLength(100);
    expect(samples[49]).toBeGreaterThan(480);
    expect(samples[49]).toBeLessThan(520);
    expect(samplesOf(new Histogram())).toEqual([]);
  });
});

describe('repetitions', () => {
  it('share the requests, none of them empty', () => {
    const counts = (count: number) =>
      repetitionsOf(5, { kind: 'requests', count }).map((until) =>
        until.kind === 'requests' ? until.count : 0,
      );
    expect(counts(50)).toEqual([10, 10, 10, 10, 10]);
    expect(counts(7)).toEqual([2, 2, 1, 1, 1]);
    expect(counts(2)).toEqual([1, 1]);
  });
});
