import fc from 'fast-check';
import { expect, test } from 'vitest';
import { displayWidth } from '../../../src/terminal/width.ts';
import { wrap, wrapProse } from '../../../src/terminal/wrap.ts';

test('breaks at blanks, and keeps the indent of the first line', () => {
  expect(wrap('  one two three', 9)).toEqual(['  one two', '  three']);
  expect(wrap('one two', 80, '    ')).toEqual(['    one two']);
  expect(wrap('', 80)).toEqual([]);
});

test('keeps a number and its unit together', () => {
  expect(wrap('stored in 4.7 s', 14)).toEqual(['stored in', '4.7 s']);
  expect(wrap('about 514 KB freed', 14)).toEqual(['about 514 KB', 'freed']);
  expect(wrap('in 3 scopes', 5)).toEqual(['in 3', 'scopes']);
});

test('counts columns, not characters', () => {
  expect(wrap('キー キー キー', 9)).toEqual(['キー キー', 'キー']);
  expect(wrap('\u001b[31mone\u001b[39m two', 7)).toEqual(['\u001b[31mone\u001b[39m two']);
});

test('keeps every word, and no line is longer than the width or a single word', () => {
  const text = fc.array(
    fc.string({ unit: fc.constantFrom('a', 'é', '字', '-'), minLength: 1, maxLength: 12 }),
  );
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 40 }), (words, width) => {
      const lines = wrap(words.join(' '), width);
      expect(lines.flatMap((line) => line.split(' '))).toEqual(words);
      for (const line of lines) expect(displayWidth(line) <= width || !line.includes(' ')).toBe(true);
    }),
  );
});

test('breaks sentences, and leaves columns, tables and indented values alone', () => {
  const columns = 'key  value value value';
  const value = '  {"a": 1, "b": 2, "c": 3}';
  const border = '| a | b | c | d | e |';
  expect(wrapProse(`one two three four\n${columns}\n${value}\n${border}`, 10)).toBe(
    `one two\nthree four\n${columns}\n${value}\n${border}`,
  );
});
