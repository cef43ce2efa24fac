import { expect, test } from 'vitest';
import { fitLines, paint } from '../../../src/terminal/paint.ts';

const screen = (lines: readonly string[], columns = 80, rows = 5) => ({ lines, columns, rows });

test('the first picture is written line by line, and clears what is below', () => {
  expect(paint(undefined, screen(['a', 'b']))).toBe(
    '\x1b[?2026h\x1b[1;1H\x1b[Ka\x1b[0m\x1b[2;1H\x1b[Kb\x1b[0m\x1b[3;1H\x1b[J\x1b[?2026l',
  );
});

test('of a later one only the lines that differ are written', () => {
  expect(paint(screen(['a', 'b', 'c']), screen(['a', 'x', 'c']))).toBe(
    '\x1b[?2026h\x1b[2;1H\x1b[Kx\x1b[0m\x1b[?2026l',
  );
  expect(paint(screen(['a', 'b']), screen(['a', 'b']))).toBe('');
});

test('a shorter one clears the rest', () => {
  expect(paint(screen(['a', 'b', 'c']), screen(['a']))).toBe('\x1b[?2026h\x1b[2;1H\x1b[J\x1b[?2026l');
});

test('after a change of size everything is written anew', () => {
  const before = screen(['a', 'b'], 80);
  expect(paint(before, screen(['a', 'b'], 60))).toBe(paint(undefined, screen(['a', 'b'], 60)));
});

test('keeps the footer on the screen, whatever else does not fit', () => {
  expect(fitLines('1\n2\n3\n4', 'keys', 3)).toEqual(['1', '2', 'keys']);
  expect(fitLines('1\n2', '', 5)).toEqual(['1', '2']);
});
