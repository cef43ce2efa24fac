import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatBytes, meantBytes, parseBytes } from '../../../src/units/bytes.ts';

test.each([
  ['512', 512],
  ['64KB', 65_536],
  ['64 kib', 65_536],
  ['1.5MB', 1_572_864],
  ['2g', 2_147_483_648],
  ['1TB', 1_099_511_627_776],
  ['10b', 10],
])('%s is %d bytes', (text, bytes) => expect(parseBytes(text)).toBe(bytes));

test.each(['', '-1', '1XB', 'KB', '1e3', '5 constructor', '9'.repeat(400)])('%j is not a size', (text) => {
  expect(parseBytes(text)).toBeUndefined();
});

test.each([
  [0, '0 B'],
  [1_023, '1023 B'],
  [1_024, '1 KB'],
  [1_536, '1.5 KB'],
  [120_334, '118 KB'],
  [1024 * 1023.7, '1 MB'],
  [1024 ** 3 * 99.96, '100 GB'],
])('%d bytes are shown as %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

test('a shown size says what it was within five percent, and never 1024 of a unit', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 49 }), (bytes) => {
      const shown = formatBytes(bytes);
      expect(shown).not.toMatch(/^1024/);
      expect(Math.abs((parseBytes(shown) ?? Number.NaN) - bytes)).toBeLessThanOrEqual(bytes * 0.05);
    }),
  );
});

test.each([
  ['10 megabytes', '10MB'],
  ['1,024 bytes', '1024B'],
  ['5 gibibytes', '5GB'],
  ['2Kbs', '2KB'],
  ['large', undefined],
  ['5 parsecs', undefined],
])('who writes %j means %s', (text, meant) => {
  expect(meantBytes(text)).toBe(meant);
  if (meant !== undefined) expect(parseBytes(meant)).toBeGreaterThan(0);
});
