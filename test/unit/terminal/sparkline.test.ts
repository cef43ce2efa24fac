import { expect, test } from 'vitest';
import { sparkline } from '../../../src/terminal/sparkline.ts';

test('draws from the lowest to the highest value, in ASCII as well', () => {
  const values = [0, 1, 2, 3, 4, 5, 6, 7];
  expect(sparkline(values, 80, true)).toBe('▁▂▃▄▅▆▇█');
  expect(sparkline(values, 80, false)).toBe('_.-=+*#@');
});

test('keeps the newest values where there is less room, and nothing where there is none', () => {
  expect(sparkline([9, 0, 7, 0, 7], 4, true)).toBe('▁█▁█');
  expect(sparkline([1, 2], 0, true)).toBe('');
  expect(sparkline([], 10, true)).toBe('');
});

test('is flat where nothing changes, and blank where nothing is known', () => {
  expect(sparkline([5, 5, null, 5], 10, true)).toBe('▁▁ ▁');
  expect(sparkline([null, null], 10, false)).toBe('  ');
});

test('is drawn between given bounds, and stays within them', () => {
  expect(sparkline([50, 100, 0, 120], 10, true, { min: 0, max: 100 })).toBe('▅█▁█');
});
