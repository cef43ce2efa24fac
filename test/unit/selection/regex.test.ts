import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileRegex } from '../../../src/selection/regex/regex.ts';

function matches(source: string, key: string | Buffer): boolean {
  const result = compileRegex(source);
  if (result.kind === 'problem') throw new Error(result.problem);
  return result.regex.matches(Buffer.from(key));
}

const atom = fc.constantFrom(
  'a',
  'b',
  ':',
  '\\d',
  '\\W',
  '[ab1]',
  '[^a:]',
  '.',
  '\\b',
  '^',
  '$',
  '[a-c-]',
  'é',
);
const expression = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    atom,
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => a + b),
    fc.tuple(tie('node'), tie('node')).map(([a, b]) => `(?:${a}|${b})`),
    fc
      .tuple(tie('node'), fc.constantFrom('*', '+', '?', '{2}', '{0,2}', '{1,}', '*?'))
      .map(([a, quantifier]) => `(${a})${quantifier}`),
  ),
})).node;

test('agrees with the language’s own regular expressions on what they have in common', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', ':', '1', '\n', 'é', '😀'), maxLength: 8 });
  fc.assert(
    fc.property(expression, text, (source, key) => {
      expect(matches(source, key)).toBe(new RegExp(source, 'su').test(key));
    }),
    { numRuns: 3_000 },
  );
});

test.each([
  ['^user:\\d+$', 'user:42', true],
  ['^user:\\d+$', 'user:42\n', false],
  ['a.b', 'a\nb', true],
  ['(?i)^USER', 'user:1', true],
  ['(?i)^[^u]', 'User', false],
  ['^(?<kind>user|team):', 'team:1', true],
  ['a{2}', 'a{2}', false],
  ['{x}', '{x}', true],
  ['\\x41\\u0042\\u{43}', 'ABC', true],
  ['[]', 'a', false],
  ['[^]', 'a', true],
  ['', '', true],
])('%s in %j: %s', (source, key, expected) => expect(matches(source, key)).toBe(expected));

test('takes a key that is not UTF-8 byte for byte', () => {
  expect(matches('^\\xff.$', Buffer.from([0xff, 0x00]))).toBe(true);
});

test.each([
  ['(', 'there is a ( without its )'],
  [')', 'there is a ) without its ('],
  ['[a', 'there is a [ without its ]'],
  ['[b-a]', 'a range in [ ] is out of order'],
  ['*a', 'there is nothing to repeat'],
  ['a*+', 'there is nothing to repeat'],
  ['a{3,2}', 'the numbers of {3,2} are out of order'],
  ['a{5000}', '{5000} repeats more than 1000 times'],
  ['((a{100}){100}){10}', 'its repetitions make it too large'],
  ['(a)\\1', 'it refers back to a group, which takes more than linear time'],
  ['a(?=b)', 'it looks ahead or behind, which takes more than linear time'],
  ['(?<!b)a', 'it looks ahead or behind, which takes more than linear time'],
  ['\\p{L}', '\\p has no meaning here'],
  ['a\\', 'it ends with a backslash'],
])('refuses %s', (source, problem) => expect(compileRegex(source)).toEqual({ kind: 'problem', problem }));

test('takes linear time where backtracking takes for ever', () => {
  // Two to the power of thirty steps, and more, for an engine that backtracks.
  expect(matches('^(a+)+$', `${'a'.repeat(50_000)}!`)).toBe(false);
  expect(matches('^(a|a)*b$', 'a'.repeat(50_000))).toBe(false);
  expect(matches('(.*a){20}b', 'a'.repeat(2_000))).toBe(false);
});
