import fc from 'fast-check';
import { expect, test } from 'vitest';
import { detectValue } from '../../../src/values/detect.ts';
import { excerpt } from '../../../src/values/excerpt.ts';

const kindOf = (value: string | Buffer): string => {
  const bytes = Buffer.from(value as string);
  return detectValue(excerpt(bytes, bytes.length, 100_000)).kind;
};

test.each([
  ['{"a":1}', 'json'],
  [' [1, 2]\n', 'json'],
  ['"quoted"', 'json'],
  ['{"a":1', 'text'],
  ["{'a': 1}", 'text'],
  ['true', 'text'],
  ['3.14', 'text'],
  ['0', 'integer'],
  ['-42', 'integer'],
  ['9223372036854775807', 'integer'],
  ['007', 'text'],
  ['-0', 'text'],
  ['12345678901234567890', 'text'],
  ['', 'text'],
  ['line\nline\ttab', 'text'],
  ['\u001b[31mred\u001b[0m and a lot more text', 'text'],
  ['Zoë 漢字 😀', 'text'],
  ['\u0000\u0001\u0002\u0003', 'binary'],
])('%j is %s', (value, kind) => expect(kindOf(value)).toBe(kind));

test('bytes that are not UTF-8 are binary', () => {
  expect(kindOf(Buffer.from([0x80, 0x04, 0x95]))).toBe('binary');
});

test('JSON nested deeper than anyone reads is text, and takes no time', () => {
  expect(kindOf(`${'['.repeat(100)}${']'.repeat(100)}`)).toBe('json');
  expect(kindOf(`${'['.repeat(40_000)}${']'.repeat(40_000)}`)).toBe('text');
});

test('a cut value is text even where what is left of it is JSON or an integer', () => {
  expect(detectValue(excerpt(Buffer.from('[1] [2]'), 7, 3))).toEqual({ kind: 'text', text: '[1]' });
  expect(detectValue(excerpt(Buffer.from('123456'), 6, 3))).toEqual({ kind: 'text', text: '123' });
});

test('any bytes are something', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.integer({ min: 1, max: 50 }), (bytes, max) => {
      const detected = detectValue(excerpt(Buffer.from(bytes), bytes.length, max));
      expect(['json', 'integer', 'text', 'binary']).toContain(detected.kind);
    }),
  );
});
