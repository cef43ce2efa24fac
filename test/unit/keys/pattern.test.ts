import { expect, test } from 'vitest';
import { escapeGlob, looksLikePattern, matchesEverything } from '../../../src/keys/pattern.ts';

test('every character that means something is escaped, and nothing else', () => {
  expect(escapeGlob(Buffer.from('a*b?c[d]e\\f-^')).toString()).toBe('a\\*b\\?c\\[d\\]e\\\\f-^');
});

test.each(['*', '?', '**', '?*?'])('%s selects every key', (text) => {
  expect(matchesEverything(Buffer.from(text))).toBe(true);
});

test.each(['', 'a*', '\\*', '[*]'])('%j does not select every key', (text) => {
  expect(matchesEverything(Buffer.from(text))).toBe(false);
});

test.each([
  ['user:*', true],
  ['user:?', true],
  ['user:[ab]', true],
  ['user:42', false],
  ['user:[ab', false],
])('%s looks like a pattern: %s', (text, expected) => expect(looksLikePattern(text)).toBe(expected));
