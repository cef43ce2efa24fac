import { expect, test } from 'vitest';
import { FIRST_COUNTER, useTable } from '../../../src/analyze/frequency.ts';
import { seededRandom } from '../../../src/loadtest/engine/random.ts';

/** LFULogIncr of Redis, over so many uses. */
function counterAfter(uses: number, logFactor: number, random: () => number): number {
  let counter = FIRST_COUNTER;
  for (let use = 0; use < uses; use++) {
    const chance = 1 / (Math.max(0, counter - FIRST_COUNTER) * logFactor + 1);
    if (counter < 255 && random() < chance) counter++;
  }
  return counter;
}

test.each([1, 10, 100])('tells how many uses a counter stands for, with a factor of %i', (logFactor) => {
  const table = useTable(logFactor);
  expect(table).toHaveLength(256);
  const random = seededRandom(logFactor);
  const runs = Array.from({ length: 200 }, () => table[counterAfter(5_000, logFactor, random)] ?? 0);
  const mean = runs.reduce((sum, uses) => sum + uses, 0) / runs.length;
  expect(mean).toBeGreaterThan(4_000);
  expect(mean).toBeLessThan(6_000);
});

test('takes a new key for unused', () => {
  expect(useTable(10).slice(0, FIRST_COUNTER + 2)).toEqual([0, 0, 0, 0, 0, 0, 1]);
});
