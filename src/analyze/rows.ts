import { formatBytes } from '../units/bytes.ts';
import { formatDurationMs } from '../units/duration.ts';
import { formatCount, formatPercent } from '../units/number.ts';
import { estimateBytes, estimateKeys, type Estimate } from './estimate.ts';
import type { Figures } from './figures.ts';
import { showName } from './placeholder.ts';
import type { AnalyzeReport } from './report.ts';
import { TYPES } from './seen-key.ts';

/** The title of columns that say how far a sample's figures may be from the truth. */
export const PLUS_MINUS = '±';

/** A named set of keys, as tables show it. */
export interface Row {
  readonly name: string;
  readonly figures: Figures;
}

/** A column of a table of sets of keys. */
export interface FigureColumn {
  readonly title: string;
  readonly align?: 'right';
  readonly flexible?: boolean;
  /** What a narrow terminal does without: the higher, the sooner. */
  readonly spare?: number;
  readonly cell: (row: Row) => string;
}

/** The columns that a report has: those of what was not asked are left out, and a sample has its errors. */
export function figureColumns(report: AnalyzeReport, title: string): readonly FigureColumn[] {
  const { scale, known, tally } = report;
  const { total } = tally;
  const right = (name: string, cell: (figures: Figures) => string, spare = 0): FigureColumn => ({
    title: name,
    align: 'right',
    spare,
    cell: ({ figures }) => cell(figures),
  });
  const when = (holds: boolean, ...columns: readonly FigureColumn[]): readonly FigureColumn[] =>
    holds ? columns : [];
  return [
    { title, flexible: true, cell: ({ name }) => showName(name) },
    right('keys', ({ keys }) => formatCount(estimateKeys(keys, scale).value)),
    ...when(
      scale.isSample,
      right(PLUS_MINUS, ({ keys }) => plusMinus(estimateKeys(keys, scale), formatCount), 2),
    ),
    right('share', ({ keys }) => share(keys, total.keys), 4),
    ...when(
      known.has('memory'),
      right('memory', (figures) => formatBytes(estimateBytes(figures, scale).value)),
      ...when(
        scale.isSample,
        right(PLUS_MINUS, (figures) => plusMinus(estimateBytes(figures, scale), formatBytes), 1),
      ),
      right('share', ({ bytes }) => share(bytes, total.bytes)),
      right('mean', ({ bytes, keys }) => (keys === 0 ? '-' : formatBytes(bytes / keys)), 5),
    ),
    ...when(
      known.has('ttl'),
      right('no TTL', ({ withoutTtl, keys }) => share(withoutTtl, keys), 3),
      right(
        'life left',
        ({ lifeMs, withoutTtl, keys }) =>
          keys === withoutTtl ? '-' : formatDurationMs(lifeMs / (keys - withoutTtl)),
        6,
      ),
    ),
    ...when(
      known.has('idle'),
      right('idle', ({ idleSeconds, keys }) =>
        keys === 0 ? '-' : formatDurationMs((idleSeconds / keys) * 1_000),
      ),
    ),
  ];
}

/** Half of a confidence interval. */
function plusMinus({ low, high }: Estimate, format: (value: number) => string): string {
  return format((high - low) / 2);
}

function share(part: number, whole: number): string {
  return whole === 0 ? '-' : formatPercent(part / whole);
}

/** The first rows, and all others as one, so that shares add up. */
export function topRows<Item extends Row>(
  rows: readonly Item[],
  top: number,
  sum: (rest: readonly Item[]) => Row,
): readonly Row[] {
  // One row that says "1 more" takes as much room as the row itself.
  if (rows.length <= top + 1) return rows;
  return [...rows.slice(0, top), sum(rows.slice(top))];
}

/** The types of a set of keys. */
export function typeNames(figures: Pick<Figures, 'types'>): readonly string[] {
  return TYPES.filter((_, index) => (figures.types & (1 << index)) !== 0);
}
