import fc from 'fast-check';
import { expect, test } from 'vitest';
import { renderJson } from '../../../src/terminal/json.ts';

test('is the same document, whatever is in it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2), (value, indent) => {
      expect(JSON.parse(renderJson(value, indent))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('holds no character that moves a terminal', () => {
  const nasty = 'a\u001b[2J\u009b31m\u007f\u202e\u{e0001}\u2028é漢😀';
  expect(renderJson({ nasty })).toBe(
    '{"nasty":"a\\u001b[2J\\u009b31m\\u007f\\u202e\\udb40\\udc01\\u2028é漢😀"}',
  );
});
