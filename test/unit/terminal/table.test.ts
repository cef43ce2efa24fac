import { expect, test } from 'vitest';
import { createStyle } from '../../../src/terminal/style.ts';
import { renderTable } from '../../../src/terminal/table.ts';
import { displayWidth } from '../../../src/terminal/width.ts';

const terminal = (width: number) => ({
  interactive: true,
  width,
  unicode: true,
  style: createStyle(false),
});
const COLUMNS = [
  { title: 'key', flexible: true },
  { title: 'memory', align: 'right' },
  { title: 'TTL' },
] as const;
const ROWS = [
  ['a-key-that-is-rather-long:キー:1', '1.2 KB', '5m'],
  ['b', '3 B', 'none'],
];

test.each([40, 60, 200])('a table is never wider than %i columns, also with wide characters', (width) => {
  const lines = renderTable(COLUMNS, ROWS, terminal(width)).split('\n');
  expect(lines.filter((line) => displayWidth(line) > width)).toEqual([]);
  expect(new Set(lines.map(displayWidth)).size).toBe(1);
});

test('where even cut columns are too wide, each row is described on its own', () => {
  expect(renderTable(COLUMNS, ROWS, terminal(20))).toBe(
    'key     a-key-that-…\nmemory  1.2 KB\nTTL     5m\n\nkey     b\nmemory  3 B\nTTL     none',
  );
});

test('breaks words into lines where the terminal is narrow, and cuts none of them', () => {
  const columns = [{ title: 'layout' }, { title: 'because of', flexible: true, wraps: true }] as const;
  const reason = '1,200 keys begin with a version, 300 sessions';
  expect(
    renderTable(columns, [['django', reason]], terminal(34))
      .split('\n')
      .slice(3, -1),
  ).toEqual([
    '│ django │ 1,200 keys begin with │',
    '│        │ a version, 300        │',
    '│        │ sessions              │',
  ]);
  expect(renderTable(columns, [['django', reason]], { ...terminal(34), interactive: false })).toBe(
    `layout  because of\ndjango  ${reason}`,
  );
});
