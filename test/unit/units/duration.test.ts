import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDurationMs, meantDuration, parseDurationMs } from '../../../src/units/duration.ts';

test.each([
  ['500ms', 500],
  ['60s', 60_000],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['1.5h', 5_400_000],
  ['7d', 604_800_000],
  ['2w', 1_209_600_000],
  ['90', 90_000],
  ['0', 0],
  [' 5m ', 300_000],
])('%j is %d ms', (text, ms) => expect(parseDurationMs(text)).toBe(ms));

test.each([
  '',
  '5 m',
  '-5s',
  '5x',
  's',
  '1h-30m',
  '1e3s',
  'constructor',
  '9'.repeat(400),
  `${'9'.repeat(400)}s`,
])('%j is not a duration', (text) => expect(parseDurationMs(text)).toBeUndefined());

test.each([
  [0, '0 ms'],
  [0.04, '0.04 ms'],
  [9.96, '10 ms'],
  [999.4, '999 ms'],
  [999.6, '1 s'],
  [59_940, '59.9 s'],
  [59_960, '1m'],
  [270_000, '4m 30s'],
  [3_599_600, '1h'],
  [86_399_000, '1d'],
  [93_600_000, '1d 2h'],
])('%d ms is shown as %s', (ms, text) => expect(formatDurationMs(ms)).toBe(text));

test('a shown duration says what it was, within the precision of what is shown', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 ** 12 }), (ms) => {
      const back = parseDurationMs(formatDurationMs(ms).replaceAll(' ', ''));
      expect(back).toBeDefined();
      expect(Math.abs((back ?? 0) - ms)).toBeLessThanOrEqual(Math.max(1, ms * 0.021));
    }),
  );
});

test.each([
  ['5 m', '5m'],
  ['5 Minutes', '5m'],
  ['1 hour and 30 min', '1h30m'],
  ['250 millis', '250ms'],
  ['2weeks', '2w'],
  ['soon', undefined],
  ['5 lightyears', undefined],
  ['-5s', undefined],
  ['', undefined],
])('who writes %j means %s', (text, meant) => expect(meantDuration(text)).toBe(meant));
