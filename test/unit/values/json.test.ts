import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  compactJson,
  isJsonDocument,
  parseLosslessly,
  prettyJson,
  readableJson,
} from '../../../src/values/serialization/json.ts';

test('pretty printing keeps digits, repeated names, their order and escapes', () => {
  const text =
    '{"b":1.10,"2":12345678901234567890,"1":[],"b":{},"s":"a\\u00e9\\"{,:}","e":1E+2,"n":[null,[-0]]}';
  expect(prettyJson(text)).toBe(
    [
      '{',
      '  "b": 1.10,',
      '  "2": 12345678901234567890,',
      '  "1": [],',
      '  "b": {},',
      '  "s": "a\\u00e9\\"{,:}",',
      '  "e": 1E+2,',
      '  "n": [',
      '    null,',
      '    [',
      '      -0',
      '    ]',
      '  ]',
      '}',
    ].join('\n'),
  );
});

test('pretty printing is what JSON.stringify makes of a value that JavaScript can hold', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(prettyJson(JSON.stringify(value))).toBe(JSON.stringify(value, undefined, 2));
      expect(prettyJson(JSON.stringify(value, undefined, '\t'))).toBe(JSON.stringify(value, undefined, 2));
      expect(compactJson(JSON.stringify(value, undefined, 3))).toBe(JSON.stringify(value));
    }),
  );
});

test('whatever JavaScript wrote is parsed without loss', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 20 }), (value) => {
      const text = JSON.stringify(value);
      const parsed = parseLosslessly(text);
      expect(parsed).toBeDefined();
      expect(JSON.stringify(parsed?.value)).toBe(text);
    }),
  );
});

test.each([
  '12345678901234567890',
  '1e999',
  '-0',
  '0.10000000000000000001',
  '{"a":1,"a":2}',
  '{"a":1,"\\u0061":2}',
  '[{"x":{"y":1,"y":1}}]',
])('%s cannot be parsed without loss', (text) => expect(parseLosslessly(text)).toBeUndefined());

test.each([
  '1.50',
  '1e3',
  '0.001',
  '[true,false,null]',
  '{"a":{"b":1},"c":{"b":2}}',
  '[{"a":1},{"a":2}]',
  '{"a":"a"}',
  '100',
])('%s can be parsed without loss', (text) =>
  expect(parseLosslessly(text)).toEqual({ value: JSON.parse(text) as unknown }),
);

test.each(['', 'nul', '{', '"open', '42', 'null'])('%j is not a JSON document', (text) => {
  expect(isJsonDocument(text)).toBe(false);
});

test('people read characters, not their escapes; what is no character, and what would be none to see, stays', () => {
  expect(readableJson('"Zo\\u00eb \\u4E2D \\ud83d\\ude00"')).toBe('"Zoë 中 😀"');
  for (const text of ['"\\\\u00eb"', '"\\u001b\\u0085\\n\\""', '"\\ud83d"', '"\\ude00"', '"\\ud83d\\u00'])
    expect(readableJson(text)).toBe(text);
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const ascii = JSON.stringify(value).replace(
        /[\u007f-\uffff]/g,
        (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
      expect(JSON.parse(readableJson(ascii))).toEqual(JSON.parse(ascii));
    }),
  );
});
