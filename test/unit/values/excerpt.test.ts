import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeUtf8 } from '../../../src/keys/printable.ts';
import { excerpt } from '../../../src/values/excerpt.ts';

test('a value within the limit is whole', () => {
  expect(excerpt(Buffer.from('abc'), 3, 3)).toEqual({
    bytes: Buffer.from('abc'),
    totalBytes: 3,
    truncated: false,
  });
});

test('a longer value is cut, and its whole length is kept', () => {
  expect(excerpt(Buffer.from('abcd'), 120_334, 4)).toEqual({
    bytes: Buffer.from('abcd'),
    totalBytes: 120_334,
    truncated: true,
  });
});

test('binary data is cut exactly at the limit', () => {
  const bytes = Buffer.from([0xff, 0x80, 0x80, 0x80, 0x80]);
  expect(excerpt(bytes, 5, 4).bytes).toEqual(bytes.subarray(0, 4));
});

test('a cut never breaks a UTF-8 character, and takes at most three bytes more than the limit did', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.nat(40), (text, maxBytes) => {
      const bytes = Buffer.from(text);
      const cut = excerpt(bytes, bytes.length, maxBytes);
      expect(decodeUtf8(cut.bytes)).toBeDefined();
      expect(cut.bytes.length).toBeLessThanOrEqual(maxBytes);
      expect(cut.bytes.length).toBeGreaterThanOrEqual(Math.min(bytes.length, maxBytes) - 3);
      expect(bytes.subarray(0, cut.bytes.length)).toEqual(cut.bytes);
      expect(cut.truncated).toBe(bytes.length > maxBytes);
    }),
  );
});
