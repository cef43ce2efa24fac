import { expect, test } from 'vitest';
import { HeavyHitters } from '../../../src/analyze/heavy-hitters.ts';

test('counts exactly while there are few names', () => {
  const hitters = new HeavyHitters(10);
  for (const name of ['b', 'a', 'b', 'c', 'a', 'b']) hitters.add(name);
  expect(hitters.top(2)).toEqual([
    { name: 'b', count: 3 },
    { name: 'a', count: 2 },
  ]);
  expect(hitters.count('c')).toBe(1);
  expect(hitters.mostForgotten).toBe(0);
});

test('keeps the frequent among very many, and says by how much it may be wrong', () => {
  const hitters = new HeavyHitters(100);
  for (let round = 0; round < 20_000; round++) {
    hitters.add(`rare ${round}`);
    if (round % 10 === 0) hitters.add('often');
    if (round % 5 === 0) hitters.add('more often');
  }
  const [first, second] = hitters.top(2);
  expect(first?.name).toBe('more often');
  expect(second?.name).toBe('often');
  expect(first?.count).toBeLessThanOrEqual(4_000);
  expect(first?.count).toBeGreaterThanOrEqual(4_000 - hitters.mostForgotten);
  expect(hitters.mostForgotten).toBeGreaterThan(0);
});
