import { expect, test } from 'vitest';
import { meantRate, parseRate } from '../../../src/units/rate.ts';

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

test.each([
  ['50000', '50000/s'],
  [' 0.5 ', '0.5/s'],
  ['500 rps', '500/s'],
  ['500rpm', '500/m'],
  ['1,000 per second', '1000/s'],
  ['20/minute', '20/m'],
  ['0', undefined],
  ['fast', undefined],
  ['5/day', undefined],
  ['', undefined],
])('who writes %j means %s', (text, meant) => {
  expect(meantRate(text)).toBe(meant);
});
