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
  expect(fitLines('1\n2\n3\n4', 'keys', { columns: 80, rows: 3, unicode: true })).toEqual(['1', '2', 'keys']);
  expect(fitLines('1\n2', '', { columns: 80, rows: 5, unicode: true })).toEqual(['1', '2']);
});

test('marks a line that is cut at the edge of the screen, and lets no colour run on', () => {
  const size = { columns: 8, rows: 3 };
  expect(fitLines('12345678\n123456789', '', { ...size, unicode: true })).toEqual(['12345678', '1234567…']);
  expect(fitLines('\x1b[2mfield\x1b[22m  a long value', '', { ...size, unicode: true })).toEqual([
    '\x1b[2mfield\x1b[22m  …\x1b[0m',
  ]);
  expect(fitLines('日本語日本語', '', { ...size, unicode: false })).toEqual(['日本...']);
});
