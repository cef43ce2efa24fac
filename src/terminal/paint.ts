import { truncate } from './width.ts';

/** The lines that stand on a screen, and its size, which decides whether they can be built upon. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
  readonly lines: readonly string[];
}

/** Comes before a line: behind one that fills its row the cursor is still on the last character, and would clear it. */
const CLEAR_TO_END = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';
const RESET = '\x1b[0m';
/**
 * Terminals that know it show what comes between as one picture, others ignore it. Source: the
 * "synchronized output" mode 2026.
 */
const BEGIN = '\x1b[?2026h';
const END = '\x1b[?2026l';

/** Enters a screen of its own, without cursor and without line wrap, so that a long line is cut and not two. */
export const ENTER_SCREEN = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[H\x1b[2J';
/** Undoes {@link ENTER_SCREEN}: what was on the terminal before is there again. */
export const LEAVE_SCREEN = `${END}${RESET}\x1b[?7h\x1b[?25h\x1b[?1049l`;

/** What to write so that `next` stands where `previous` stood: only lines that differ, in one piece. Pure. */
export function paint(previous: Screen | undefined, next: Screen): string {
  const sameSize = previous?.columns === next.columns && previous.rows === next.rows;
  const old = sameSize ? previous.lines : undefined;
  const changes = next.lines.flatMap((line, row) =>
    old?.[row] === line ? [] : [`\x1b[${row + 1};1H${CLEAR_TO_END}${line}${RESET}`],
  );
  const isShorter = next.lines.length < next.rows && (old === undefined || old.length > next.lines.length);
  if (isShorter) changes.push(`\x1b[${next.lines.length + 1};1H${CLEAR_BELOW}`);
  return changes.length === 0 ? '' : `${BEGIN}${changes.join('')}${END}`;
}

/**
 * The text as lines of a screen: what is below its last row is left out, what is beyond its last column is cut and
 * marked so, and `footer` is always there.
 */
export function fitLines(
  text: string,
  footer: string,
  { columns, rows, unicode }: Pick<Screen, 'columns' | 'rows'> & { readonly unicode: boolean },
): readonly string[] {
  const kept = text.split('\n').slice(0, footer === '' ? rows : Math.max(0, rows - 1));
  const lines = footer === '' ? kept : [...kept, footer];
  return lines.map((line) => truncate(line, columns, unicode));
}
