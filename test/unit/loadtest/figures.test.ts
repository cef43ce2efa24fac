import { describe, expect, it } from 'vitest';
import { formatImprovement, formatLatency, formatMean, formatRate } from '../../../src/loadtest/figures.ts';

describe('figures for people', () => {
  it.each([
    [98.44, '98.4%'],
    [99.97, '>99.9%'],
    [100, '100.0%'],
    [-0.01, '0.0%'],
    [-35.2, '-35.2%'],
    [undefined, '-'],
  ])('shows an improvement of %s as %s', (percent, text) => {
    expect(formatImprovement(percent)).toBe(text);
  });

  it('shows what does not exist as a dash', () => {
    expect([formatLatency(undefined), formatMean(undefined), formatRate(undefined)]).toEqual(['-', '-', '-']);
  });

  it('keeps one decimal only where it says something', () => {
    expect([
      formatMean(12),
      formatMean(12.44),
      formatMean(12_345.6),
      formatRate(9.25),
      formatRate(1_234.5),
    ]).toEqual(['12', '12.4', '12,346', '9.3', '1,235']);
  });
});
