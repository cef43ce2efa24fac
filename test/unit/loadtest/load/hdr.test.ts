import { describe, expect, it } from 'vitest';
import { Histogram } from '../../../../src/histogram/histogram.ts';
import { renderHdr } from '../../../../src/loadtest/load/hdr.ts';

function linesOf(values: readonly number[]): readonly string[] {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return renderHdr(histogram).split('\n');
}

describe('the percentile text', () => {
  it('has columns that HdrHistogram plotters read, values rising to 1', () => {
    const lines = linesOf(Array.from({ length: 10_000 }, (_, index) => index + 1));
    const rows = lines.slice(2, -3).map((line) => line.trim().split(/ +/).map(Number));
    expect(rows.length).toBeGreaterThan(20);
    for (const [index, [value = 0, percentile = 0, count = 0, inverse]] of rows.entries()) {
      expect(percentile).toBeCloseTo(count / 10_000, 9);
      expect(Math.abs(value - count) / count).toBeLessThan(0.002);
      if (inverse !== undefined) expect(inverse).toBeCloseTo(1 / (1 - percentile), 1);
      expect(count).toBeGreaterThan(rows[index - 1]?.[2] ?? 0);
    }
    expect(rows.at(-1)).toEqual([10_000, 1, 10_000]);
  });

  it('ends for one value, and for none', () => {
    expect(linesOf([5]).at(2)).toBe('       5.000 1.000000000000          1');
    expect(linesOf([])).toHaveLength(5);
  });
});
