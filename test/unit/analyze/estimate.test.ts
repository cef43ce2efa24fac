import { expect, test } from 'vitest';
import { estimateBytes, estimateKeys } from '../../../src/analyze/estimate.ts';
import { cursorAt, planSample, WHOLE_SERVER } from '../../../src/analyze/sample.ts';

const scale = { looked: 1_000, all: 100_000, isSample: true };

test('what was looked at completely is exact', () => {
  const whole = { looked: 1_000, all: 1_000, isSample: false };
  expect(estimateKeys(123, whole)).toEqual({ value: 123, low: 123, high: 123 });
  expect(estimateBytes({ bytes: 5, squaredBytes: 25 }, whole)).toEqual({ value: 5, low: 5, high: 5 });
});

test('a share of a sample stands for the same share of the whole, within its interval', () => {
  // 30 % of a thousand: plus and minus 2.8 points.
  const { value, low, high } = estimateKeys(300, scale);
  expect(value).toBe(30_000);
  expect(low).toBeGreaterThan(27_100);
  expect(low).toBeLessThan(27_300);
  expect(high).toBeGreaterThan(32_800);
  expect(high).toBeLessThan(33_000);
});

test('nothing found does not mean that nothing is there', () => {
  expect(estimateKeys(0, scale)).toMatchObject({ value: 0, low: 0 });
  expect(estimateKeys(0, scale).high).toBeGreaterThan(300);
  expect(estimateKeys(1, scale).low).toBeGreaterThanOrEqual(1);
});

test('memory that differs much from key to key has a wide interval, and less than was seen is impossible', () => {
  const alike = estimateBytes({ bytes: 100_000, squaredBytes: 100_000 * 100 }, scale);
  expect(alike).toEqual({ value: 10_000_000, low: 10_000_000, high: 10_000_000 });
  const one = estimateBytes({ bytes: 100_000, squaredBytes: 100_000 ** 2 }, scale);
  expect(one).toMatchObject({ value: 10_000_000, low: 100_000 });
  expect(one.high).toBeGreaterThan(25_000_000);
});

test('a sample of one key is an estimate of the whole, and a rough one', () => {
  const rough = estimateBytes(
    { bytes: 88, squaredBytes: 88 * 88 },
    { looked: 1, all: 1_500, isSample: true },
  );
  expect(rough).toMatchObject({ value: 132_000, low: 88 });
  expect(rough.high).toBeGreaterThan(264_000);
});

test('a sample is spread over the keyspace where the cursor is known', () => {
  const parts = planSample(1_000_000, 0.01, { knowsCursor: true, start: 0.5 });
  expect(parts).toHaveLength(8);
  expect(parts.every(({ keys }) => keys === 1_250)).toBe(true);
  expect(new Set(parts.map(({ cursor }) => cursor)).size).toBe(8);
  expect(planSample(1_000_000, 0.01, { knowsCursor: false, start: 0.5 })).toEqual([
    { cursor: '0', keys: 10_000 },
  ]);
  expect(planSample(1_000_000, 0.5, { knowsCursor: true, start: 0 })).toHaveLength(1);
  expect(planSample(100, 1.5, { knowsCursor: true, start: 0 })).toBe(WHOLE_SERVER);
});

test('places come in the order in which SCAN goes: the first bit of the place is the last of the cursor', () => {
  expect([0, 0.5, 0.25, 0.75, 0.125].map(cursorAt)).toEqual(['0', '1', '2', '3', '4']);
});
