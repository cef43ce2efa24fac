import { expect, test } from 'vitest';
import { parseRate } from '../../../src/units/rate.ts';

test.each([
  ['20000/s', 20_000],
  ['300/m', 5],
  ['36/h', 0.01],
  ['0.5/s', 0.5],
  ['20000', undefined],
  ['0/s', undefined],
  ['-1/s', undefined],
  ['1/d', undefined],
  ['1e9/s', undefined],
  ['', undefined],
])('the rate %j is %s a second', (text, rate) => {
  expect(parseRate(text)).toBe(rate);
});
