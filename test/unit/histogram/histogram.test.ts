import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Histogram } from '../../../src/histogram/histogram.ts';

/** Half a bucket: 1/2048 of the value. */
const RELATIVE_ERROR = 1 / 2048;

const latencies = fc.array(fc.double({ min: 1e-5, max: 1e7, noNaN: true }), { minLength: 1, maxLength: 200 });

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

/** The definition itself: the value at rank ceil(p/100 x n), counted exactly with whole numbers. */
function nearestRank(values: readonly number[], permille: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.max(1, Math.ceil((permille * values.length) / 1_000));
  return sorted[rank - 1] ?? Number.NaN;
}

describe('Histogram', () => {
  it('gives every percentile within 0.05 % of the nearest-rank value', () => {
    fc.assert(
      fc.property(latencies, fc.integer({ min: 0, max: 1_000 }), (values, permille) => {
        const exact = nearestRank(values, permille);
        const given = histogramOf(values).percentile(permille / 10) ?? Number.NaN;
        expect(Math.abs(given - exact) / exact).toBeLessThanOrEqual(RELATIVE_ERROR + 1e-12);
      }),
    );
  });

  it('keeps count, minimum, maximum and mean exact', () => {
    fc.assert(
      fc.property(latencies, (values) => {
        const histogram = histogramOf(values);
        expect(histogram.count).toBe(values.length);
        expect(histogram.min).toBe(Math.min(...values));
        expect(histogram.max).toBe(Math.max(...values));
        expect(histogram.mean).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / values.length, 5);
      }),
    );
  });

  it('merges to what one histogram of all values would be', () => {
    fc.assert(
      fc.property(latencies, latencies, (left, right) => {
        const merged = histogramOf(left);
        merged.merge(histogramOf(right));
        const together = histogramOf([...left, ...right]);
        expect(merged.count).toBe(together.count);
        expect(merged.min).toBe(together.min);
        expect(merged.max).toBe(together.max);
        for (const percent of [0, 1, 50, 95, 99, 99.9, 100]) {
          expect(merged.percentile(percent)).toBe(together.percentile(percent));
        }
      }),
    );
  });

  it('leaves the histogram that was merged into another as it was', () => {
    const other = histogramOf([5]);
    const histogram = histogramOf([1]);
    histogram.merge(other);
    histogram.record(9);
    expect([other.count, other.max]).toEqual([1, 5]);
  });

  it('takes the rank that was meant, not the one that floats make of it', () => {
    const histogram = histogramOf(Array.from({ length: 1_000 }, (_, index) => (index < 999 ? 1 : 100)));
    expect(histogram.percentile(99.9)).toBeCloseTo(1, 2);
    expect(histogram.percentile(99.95)).toBeCloseTo(100, 0);
  });

  it('has no figures where nothing was recorded', () => {
    const histogram = new Histogram();
    expect([histogram.count, histogram.mean, histogram.min, histogram.max, histogram.percentile(50)]).toEqual(
      [0, undefined, undefined, undefined, undefined],
    );
  });

  it('counts latencies of zero, and ones beyond its range at its bounds', () => {
    expect(histogramOf([0, 0, 0]).percentile(50)).toBe(0);
    expect(histogramOf([1e12, 1e12, 1e12]).count).toBe(3);
    expect(histogramOf([1e12]).max).toBe(1e12);
  });

  it('refuses what is not a latency', () => {
    expect(() => histogramOf([Number.NaN])).toThrow(RangeError);
    expect(() => histogramOf([-1])).toThrow(RangeError);
  });
});
