import { describe, expect, test } from 'vitest';
import { tuneSweep } from '../../../../src/redis/resp/tuning.ts';

/** What the server looks at between two chances for other clients. */
const together = (roundTripMs: number, severalCursors: boolean): number => {
  const { cursors, count } = tuneSweep(roundTripMs, severalCursors);
  return cursors * count;
};

describe('how much is asked of SCAN at once', () => {
  test('near the server, others wait for less than a thousand keys', () => {
    expect(tuneSweep(0.05, true)).toEqual({ cursors: 4, count: 200 });
    expect(tuneSweep(0.05, false)).toEqual({ cursors: 1, count: 1_000 });
  });

  test('grows with the way to the server, and stays within bounds however far it is', () => {
    for (const several of [true, false]) {
      const steps = [0.05, 0.6, 1, 2, 5, 50, 5_000].map((ms) => together(ms, several));
      expect(steps).toEqual([...steps].sort((a, b) => a - b));
      expect(steps.at(-1)).toBe(several ? 8_000 : 3_000);
    }
  });

  test('takes as many cursors as share a table evenly', () => {
    for (const ms of [0, 0.49, 0.5, 10]) expect([4, 8]).toContain(tuneSweep(ms, true).cursors);
  });
});
