import fc from 'fast-check';
import { expect, test } from 'vitest';
import { excerpt } from '../../../src/values/excerpt.ts';
import { hexDump } from '../../../src/values/hex-dump.ts';
import { renderValue, renderValueInline } from '../../../src/values/render-value.ts';
import { valueJson } from '../../../src/values/value-json.ts';

const look = { width: undefined, unicode: true };
const whole = (value: string | Buffer) =>
  excerpt(Buffer.from(value as string), Buffer.byteLength(value), 1_000_000);

test('a hex dump has sixteen bytes a line, with printable ASCII beside them', () => {
  expect(hexDump(Buffer.from('\u0000cachectl |~\u007f and more', 'latin1'))).toBe(
    [
      '00000000  00 63 61 63 68 65 63 74  6c 20 7c 7e 7f 20 61 6e  |.cachectl |~. an|',
      '00000010  64 20 6d 6f 72 65                                 |d more|',
    ].join('\n'),
  );
});

test('a hex dump has eight bytes a line where sixteen do not fit', () => {
  const bytes = Buffer.from([0xff, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(renderValue(whole(bytes), { width: 58, unicode: true })).toBe(
    ['00000000  ff 01 02 03  04 05 06 07  |........|', '00000008  08                        |.|'].join('\n'),
  );
});

test('a cut value ends with how much of it is shown', () => {
  expect(renderValue(excerpt(Buffer.from('abcd'), 120_334, 4), look)).toBe(
    'abcd\n… 4 of 120,334 bytes shown (--max-bytes)',
  );
  expect(renderValue(excerpt(Buffer.from('abcd'), 120_334, 4), { width: 80, unicode: false })).toBe(
    'abcd\n... 4 of 120,334 bytes shown (--max-bytes)',
  );
});

test('an empty value is shown as two quotes', () => {
  expect(renderValue(whole(''), look)).toBe('""');
  expect(renderValueInline(whole(''), look)).toBe('""');
});

test('terminal escapes, C1 controls and bidi overrides are escaped, in text and inside JSON', () => {
  expect(renderValue(whole('red: \u001b[31m, some more text'), look)).toBe('red: \\x1b[31m, some more text');
  expect(renderValue(whole('{"a":"\u202e and \u009b"}'), look)).toBe(
    '{\n  "a": "\\xe2\\x80\\xae and \\xc2\\x9b"\n}',
  );
});

test('on one line, JSON is compact, text escaped and binary data quoted', () => {
  expect(renderValueInline(whole('{ "a" : [ 1,\n 2 ] }'), look)).toBe('{"a":[1,2]}');
  expect(renderValueInline(whole('one\ntwo'), look)).toBe('one\\ntwo');
  expect(renderValueInline(whole(Buffer.from([0xff, 0x41])), look)).toBe('"\\xffA"');
  expect(renderValueInline(excerpt(Buffer.from('abcdef'), 6, 3), look)).toBe('abc…');
});

test('no value shows a control character, on one line or on several', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const value = whole(Buffer.from(bytes));
      expect(renderValueInline(value, look)).not.toMatch(/\p{Cc}|\p{Cf}/u);
      expect(renderValue(value, look).replaceAll(/[\n\t]/g, '')).not.toMatch(/\p{Cc}|\p{Cf}/u);
    }),
  );
});

test('JSON is embedded only where nothing is lost by it', () => {
  const size = { truncated: false, total_bytes: expect.any(Number) as number };
  expect(valueJson(whole('{"a":1}'))).toEqual({ encoding: 'json', data: { a: 1 }, ...size });
  expect(valueJson(whole('{"a":12345678901234567890}'))).toEqual({
    encoding: 'text',
    data: '{"a":12345678901234567890}',
    ...size,
  });
  expect(valueJson(whole('42'))).toEqual({ encoding: 'text', data: '42', ...size });
  expect(valueJson(whole(Buffer.from([0xff])))).toEqual({ encoding: 'base64', data: '/w==', ...size });
});

test('binary data that happens to be UTF-8 stays exact in JSON', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const json = valueJson(whole(Buffer.from(bytes)));
      if (json.encoding === 'json') return;
      const back = Buffer.from(String(json.data), json.encoding === 'text' ? 'utf8' : 'base64');
      expect(back).toEqual(Buffer.from(bytes));
    }),
  );
});
