import { expect, test } from 'vitest';
import { closingWords } from '../../../src/demo/closing-words.ts';

test('what to try next stands beside its words where there is room, and below them otherwise', () => {
  const wide = closingWords(undefined, Infinity).split('\n');
  expect(wide[2]).toBe(
    '  cachectl demo --keep                       # and type commands of your own against it',
  );
  const narrow = closingWords(undefined, 60).split('\n');
  expect(narrow.slice(2, 4)).toEqual([
    '  # and type commands of your own against it',
    '  cachectl demo --keep',
  ]);
  for (const line of narrow) expect(line.length).toBeLessThanOrEqual(60);
});
