import CliTable from 'cli-table3';
import type { TerminalInfo } from './terminal-info.ts';
import { displayWidth, pad, truncate } from './width.ts';
import { wrap } from './wrap.ts';

/** One column of a table. */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** May be cut where the terminal is narrow; the widest such column is cut first. */
  readonly flexible?: boolean;
  /** Words rather than a name: broken into lines where the terminal is narrow, and not cut. */
  readonly wraps?: boolean;
}

const MINIMUM_FLEXIBLE = 12;

const ASCII_BORDERS = {
  top: '-',
  'top-mid': '+',
  'top-left': '+',
  'top-right': '+',
  bottom: '-',
  'bottom-mid': '+',
  'bottom-left': '+',
  'bottom-right': '+',
  left: '|',
  'left-mid': '+',
  mid: '-',
  'mid-mid': '+',
  right: '|',
  'right-mid': '+',
  middle: '|',
};

/**
 * A table: with borders on a terminal, cut to its width, and row by row where even that is too wide; otherwise a heading and one record a line in
 * aligned columns two blanks apart, never cut. Cells are single lines and already safe to show.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  terminal: TerminalInfo,
): string {
  return terminal.interactive ? bordered(columns, rows, terminal) : plain(columns, rows);
}

function plain(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const lines = [columns.map((column) => column.title), ...rows];
  const widths = contentWidths(columns, rows);
  return lines
    .map((cells) =>
      columns
        .map((column, index) => pad(cells[index] ?? '', widths[index] ?? 0, column.align ?? 'left'))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function bordered(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  terminal: TerminalInfo,
): string {
  const widths = fittingWidths(columns, contentWidths(columns, rows), terminal.width);
  // Wider than the terminal, its borders would be torn apart: then each row is a description of its own.
  if (widths.reduce((sum, width) => sum + width, borderColumns(columns)) > terminal.width) {
    return records(columns, rows, terminal);
  }
  const table = new CliTable({
    head: columns.map((column, index) =>
      terminal.style.bold(truncate(column.title, widths[index] ?? 0, terminal.unicode)),
    ),
    colAligns: columns.map((column) => column.align ?? 'left'),
    style: { head: [], border: [], compact: true },
    ...(terminal.unicode ? {} : { chars: ASCII_BORDERS }),
  });
  for (const row of rows) {
    table.push(
      columns.map((column, index) =>
        fitted(column, row[index] ?? '', widths[index] ?? 0, terminal.unicode).join('\n'),
      ),
    );
  }
  return table.toString();
}

/** A cell as lines of at most so many columns. */
function fitted(column: Column, cell: string, width: number, unicode: boolean): readonly string[] {
  const lines = column.wraps === true ? wrap(cell, width) : [cell];
  return lines.map((line) => truncate(line, width, unicode));
}

function contentWidths(columns: readonly Column[], rows: readonly (readonly string[])[]): number[] {
  return columns.map((column, index) =>
    rows.reduce(
      (widest, row) => Math.max(widest, displayWidth(row[index] ?? '')),
      displayWidth(column.title),
    ),
  );
}

function borderColumns(columns: readonly Column[]): number {
  return columns.length * 3 + 1;
}

function records(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  terminal: TerminalInfo,
): string {
  const name = columns.reduce((widest, { title }) => Math.max(widest, displayWidth(title)), 0);
  const room = Math.max(MINIMUM_FLEXIBLE, terminal.width - name - 2);
  return rows
    .map((row) =>
      renderFields(
        columns.map((column, index) => [
          column.title,
          fitted(column, row[index] ?? '', room, terminal.unicode).join(`\n${' '.repeat(name + 2)}`),
        ]),
        terminal,
      ),
    )
    .join('\n\n');
}

/** Takes what is over the terminal's width from the widest flexible columns, then from all. */
function fittingWidths(
  columns: readonly Column[],
  content: readonly number[],
  terminalWidth: number,
): number[] {
  const widths = [...content];
  let excess = widths.reduce((sum, width) => sum + width, borderColumns(columns)) - terminalWidth;
  while (excess > 0) {
    let widest = -1;
    for (const [index, column] of columns.entries()) {
      const width = widths[index] ?? 0;
      if (column.flexible !== true || width <= MINIMUM_FLEXIBLE) continue;
      if (widest === -1 || width > (widths[widest] ?? 0)) widest = index;
    }
    if (widest === -1) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    excess--;
  }
  return widths;
}

/** `name: value` lines with the values in one column: for the description of one thing. */
export function renderFields(
  fields: readonly (readonly [name: string, value: string])[],
  terminal: TerminalInfo,
): string {
  const width = fields.reduce((widest, [name]) => Math.max(widest, displayWidth(name)), 0);
  return fields
    .map(([name, value]) => `${terminal.style.dim(pad(name, width, 'left'))}  ${value}`.trimEnd())
    .join('\n');
}
