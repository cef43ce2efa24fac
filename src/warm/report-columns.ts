import { escapeText } from '../keys/printable.ts';
import type { Column } from '../terminal/table.ts';
import { formatBytes } from '../units/bytes.ts';
import { formatDurationMs } from '../units/duration.ts';
import { formatCount } from '../units/number.ts';
import { targetsOf, totalsOf, type ScopeResult, type WarmReport } from './report.ts';

/** A column of the table of scopes. */
interface ReportColumn extends Column {
  readonly cell: (scope: ScopeResult) => string;
  /** Whether it says nothing: then a terminal has better use for its place. */
  readonly isEmpty?: (scope: ScopeResult) => boolean;
}

function count(title: string, pick: (scope: ScopeResult) => number): ReportColumn {
  return {
    title,
    align: 'right',
    cell: (scope) => formatCount(pick(scope)),
    isEmpty: (scope) => pick(scope) === 0,
  };
}

function time(title: string, pick: (scope: ScopeResult) => number | undefined): ReportColumn {
  return {
    title,
    align: 'right',
    cell: (scope) => {
      const ms = pick(scope);
      return ms === undefined ? '-' : formatDurationMs(ms);
    },
    isEmpty: (scope) => pick(scope) === undefined,
  };
}

const ALL: readonly ReportColumn[] = [
  { title: 'scope', flexible: true, cell: (scope) => escapeText(scope.scope) },
  {
    title: 'targets',
    align: 'right',
    cell: (scope) => (scope.notReached === undefined ? '?' : formatCount(targetsOf(scope))),
  },
  count('stored', (scope) => scope.stored),
  count('revalidated', (scope) => scope.revalidated),
  count('fresh', (scope) => scope.fresh),
  count('touched', (scope) => scope.touched),
  count('verified', (scope) => scope.verified),
  count('refused', (scope) => scope.refused),
  count('failed', (scope) => scope.failed),
  {
    title: 'not reached',
    align: 'right',
    cell: (scope) => (scope.notReached === undefined ? '?' : formatCount(scope.notReached)),
  },
  {
    title: 'bytes',
    align: 'right',
    cell: (scope) => formatBytes(scope.bytes),
    isEmpty: (scope) => scope.bytes === 0,
  },
  time('median', (scope) => scope.medianMs),
  time('p95', (scope) => scope.p95Ms),
  time('time', (scope) => scope.elapsedMs),
];

/** The columns of a report. @param compact leave out those that are empty for every scope */
export function columnsOf(report: WarmReport, compact: boolean): readonly ReportColumn[] {
  const isPartial = totalsOf(report.scopes).notReached !== 0;
  return ALL.filter((column) => {
    if (column.title === 'not reached') return isPartial;
    const { isEmpty } = column;
    return !compact || isEmpty === undefined || !report.scopes.every((scope) => isEmpty(scope));
  });
}
