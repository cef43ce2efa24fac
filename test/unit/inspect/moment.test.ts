import { expect, test } from 'vitest';
import { formatMoment } from '../../../src/inspect/moment.ts';

const now = new Date(2026, 10, 20, 23, 59, 0).getTime();

test('today is said by the time of day alone', () => {
  expect(formatMoment(new Date(2026, 10, 20, 23, 59, 7).getTime(), now)).toBe('23:59:07');
});

test('any other day has its date in front', () => {
  expect(formatMoment(new Date(2026, 10, 21, 0, 0, 5).getTime(), now)).toBe('2026-11-21 00:00:05');
  expect(formatMoment(new Date(2027, 0, 2, 3, 4, 5).getTime(), now)).toBe('2027-01-02 03:04:05');
});
