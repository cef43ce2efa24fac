import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countOf, formatCount, formatPercent, parsePercent } from '../../../src/units/number.ts';

test('counts have thousands apart', () => {
  expect([0, 999, 1_000, 1_234_567, 12.6].map(formatCount)).toEqual(['0', '999', '1,000', '1,234,567', '13']);
});

test('a count without its commas is the number', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (number) => {
      expect(Number(formatCount(number).replaceAll(',', ''))).toBe(number);
    }),
  );
});

test('one is singular, anything else plural', () => {
  expect([
    countOf(1, 'key'),
    countOf(0, 'key'),
    countOf(1_234, 'key'),
    countOf(2, 'entry', 'entries'),
  ]).toEqual(['1 key', '0 keys', '1,234 keys', '2 entries']);
});

test('percentages go both ways', () => {
  expect(formatPercent(0.9312)).toBe('93.1%');
  expect(parsePercent('10%')).toBe(0.1);
  expect(parsePercent(' 12.5 % ')).toBe(0.125);
  for (const text of ['10', '101%', '-1%', '%', '']) expect(parsePercent(text)).toBeUndefined();
});
