import { renderTable, type Column } from '../terminal/table.ts';
import type { TerminalInfo } from '../terminal/terminal-info.ts';
import { displayWidth } from '../terminal/width.ts';

/** A column that knows what it can do where the terminal is narrow. */
export interface FittingColumn<Row> extends Column {
  /** Its title on a narrow terminal. */
  readonly shortTitle?: string;
  /** Left out where even short titles do not fit; the last such column goes first. */
  readonly expendable?: boolean;
  readonly cell: (row: Row, narrow: boolean) => string;
}

/** Below this a flexible column says nothing any more; what renderTable cuts to as well. */
const LEAST_FLEXIBLE = 12;

/** A table that still reads well on 60 columns: shorter titles first, then fewer columns. */
export function renderFittingTable<Row>(
  columns: readonly FittingColumn<Row>[],
  rows: readonly Row[],
  terminal: TerminalInfo,
): string {
  let chosen = columns;
  let narrow = false;
  while (terminal.interactive && leastWidth(chosen, rows, narrow) > terminal.width) {
    const expendable = chosen.findLastIndex((column) => column.expendable === true);
    if (!narrow) narrow = true;
    else if (expendable === -1) break;
    else chosen = chosen.filter((_, index) => index !== expendable);
  }
  return renderTable(
    chosen.map((column) => ({ ...column, title: titleOf(column, narrow) })),
    rows.map((row) => chosen.map((column) => column.cell(row, narrow))),
    terminal,
  );
}

function leastWidth<Row>(
  columns: readonly FittingColumn<Row>[],
  rows: readonly Row[],
  narrow: boolean,
): number {
  const borders = columns.length * 3 + 1;
  return columns.reduce((sum, column) => {
    const cells = rows.map((row) => displayWidth(column.cell(row, narrow)));
    const content = Math.max(displayWidth(titleOf(column, narrow)), ...cells);
    return sum + (column.flexible === true ? Math.min(content, LEAST_FLEXIBLE) : content);
  }, borders);
}

function titleOf<Row>(column: FittingColumn<Row>, narrow: boolean): string {
  return narrow ? (column.shortTitle ?? column.title) : column.title;
}
