import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decodeUtf8,
  escapeBlock,
  escapeText,
  keyJson,
  parseQuoted,
  printableKey,
  quoteBytes,
} from '../../../src/keys/printable.ts';

const bytes = fc.uint8Array().map((array) => Buffer.from(array));
const keys = fc.oneof(
  bytes,
  fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
);

test('quoted bytes are read back exactly', () => {
  fc.assert(
    fc.property(keys, (key) => {
      expect(parseQuoted(quoteBytes(key))).toEqual(key);
    }),
  );
});

test('a printed key has no character that could move a cursor or reorder text', () => {
  fc.assert(
    fc.property(keys, (key) => {
      expect(printableKey(key)).not.toMatch(/\p{Cc}|\p{Cf}|\p{Cs}|\u2028|\u2029/u);
    }),
  );
});

test('a printed key names exactly one key: quoted it is read back, plain it is its own text', () => {
  fc.assert(
    fc.property(keys, (key) => {
      const printed = printableKey(key);
      expect(printed.startsWith('"') ? parseQuoted(printed) : Buffer.from(printed)).toEqual(key);
    }),
  );
});

test('the JSON form of a key gives the same bytes back', () => {
  fc.assert(
    fc.property(keys, (key) => {
      const json = JSON.parse(JSON.stringify(keyJson(key))) as { key?: string; key_base64?: string };
      expect(
        json.key === undefined ? Buffer.from(json.key_base64 ?? '', 'base64') : Buffer.from(json.key),
      ).toEqual(key);
    }),
  );
});

test.each([
  ['user:42', 'user:42'],
  ['Zoë 漢字', 'Zoë 漢字'],
  ['', '""'],
  ['a\nb', '"a\\nb"'],
  ['"quoted"', '"\\"quoted\\""'],
  [' leading', '" leading"'],
  ['trailing ', '"trailing "'],
  ['\u001b[2J', '"\\x1b[2J"'],
  ['a\u202eb', '"a\\xe2\\x80\\xaeb"'],
])('the key %j is printed as %s', (key, printed) => expect(printableKey(Buffer.from(key))).toBe(printed));

test('a key that is not UTF-8 is quoted as redis-cli does', () => {
  expect(printableKey(Buffer.from([0x61, 0xff, 0x00]))).toBe('"a\\xff\\x00"');
});

test.each([
  ['"\\n\\r\\t\\a\\b\\\\\\""', '\n\r\t\u0007\b\\"'],
  ['"\\q"', 'q'],
  ['"\\😀"', '😀'],
  ['"\\x4"', 'x4'],
  ['"é"', 'é'],
])('%s is read as %j', (text, value) => expect(parseQuoted(text)).toEqual(Buffer.from(value)));

test.each(['', '"', 'bare', '"open', '"a"b"', '"a\\"'])('%j is not a quoted string', (text) => {
  expect(parseQuoted(text)).toBeUndefined();
});

test('escaped text is one safe line; an escaped block keeps line feeds and tabs', () => {
  expect(escapeText('a\nb\tc\u009b')).toBe('a\\nb\\tc\\xc2\\x9b');
  expect(escapeBlock('a\nb\tc\rd')).toBe('a\nb\tc\\rd');
});

test('UTF-8 is decoded strictly, a byte order mark included', () => {
  expect(decodeUtf8(Buffer.from('\ufeffa'))).toBe('\ufeffa');
  expect(decodeUtf8(Buffer.from([0xed, 0xa0, 0x80]))).toBeUndefined();
});
