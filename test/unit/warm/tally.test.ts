import { expect, it } from 'vitest';
import { Tally } from '../../../src/warm/tally.ts';

it('a scope that is interrupted before its first answer took the time until then', () => {
  let now = 1_000;
  const tally = new Tally(['begun', 'not begun'], () => now);
  tally.begin('begun');
  now += 250;
  expect(tally.results(undefined, false).map(({ elapsedMs }) => elapsedMs)).toEqual([250, 0]);
});
