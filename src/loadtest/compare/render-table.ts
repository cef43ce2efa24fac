import { escapeText } from '../../keys/printable.ts';
import type { TerminalInfo } from '../../terminal/terminal-info.ts';
import { truncate } from '../../terminal/width.ts';
import { countOf, formatCount, formatPercent } from '../../units/number.ts';
import { closingLines, troubleLines } from './closing-lines.ts';
import { formatImprovement, formatLatency, formatMean, formatRate, NO_FIGURE } from '../figures.ts';
import { renderFittingTable, type FittingColumn } from '../fitting-table.ts';
import {
  isNoise,
  scopeOf,
  type Comparison,
  type LoadtestReport,
  type PhaseHits,
  type PhaseReport,
} from './report.ts';

/** An endpoint or a whole scope, as one line of the comparison. */
export interface ComparisonRow extends Comparison {
  readonly label: string;
}

/** One phase of one endpoint, as one line of the details. */
export interface PhaseRow {
  readonly label: string;
  /** `undefined` for a bare address, which has but one. */
  readonly phase: string | undefined;
  readonly figures: PhaseReport;
}

/** The header's own name would be most of a narrow terminal. */
const SHORT_HEADER_COLUMNS = 9;

/** The report for people: the comparison, the details of each phase, what failed, and the result in words. */
export function renderLoadtest(report: LoadtestReport, terminal: TerminalInfo): string {
  const hasEntries = report.scopes.length > 0;
  const details = phaseRows(report);
  const troubles = troubleLines(report);
  const closing = closingLines(report);
  const blocks = [
    ...(hasEntries ? [renderFittingTable(comparisonColumns(report), comparisonRows(report), terminal)] : []),
    ...(details.length > 0 ? [renderFittingTable(detailColumns(report, hasEntries), details, terminal)] : []),
    ...(troubles.length > 0 ? [troubles.map((line) => terminal.style.warn(line)).join('\n')] : []),
    ...(closing.length > 0 ? [closing.map((line) => terminal.style.bold(line)).join('\n')] : []),
  ];
  return blocks.length === 0 ? 'nothing was measured' : blocks.join('\n\n');
}

/** Endpoints in the order they were tested, and below those of each scope the scope as a whole. */
export function comparisonRows(report: LoadtestReport): readonly ComparisonRow[] {
  const rows: ComparisonRow[] = [];
  for (const scope of report.scopes) {
    const own = report.endpoints.filter(({ endpoint }) => scopeOf(endpoint) === scope.scope);
    rows.push(...own.map((endpoint) => ({ ...endpoint, label: endpoint.endpoint.label })));
    if (scope.endpoints > 1) {
      rows.push({ ...scope, label: `${escapeText(scope.scope)}: ${countOf(scope.endpoints, 'endpoint')}` });
    }
  }
  for (const endpoint of report.endpoints) {
    if (endpoint.endpoint.kind === 'address') rows.push({ ...endpoint, label: endpoint.endpoint.label });
  }
  return rows;
}

/** Every phase that sent anything. */
export function phaseRows(report: LoadtestReport): readonly PhaseRow[] {
  const [without, cached] = sideNames(report);
  return report.endpoints.flatMap(({ endpoint, withoutCache, withCache }) => {
    const phases = [
      [endpoint.kind === 'entry' ? without : undefined, withoutCache],
      [cached, withCache],
    ] as const;
    return phases.flatMap(([phase, figures]) =>
      figures === undefined || figures.requests + figures.unfinished === 0
        ? []
        : [{ label: endpoint.label, phase, figures }],
    );
  });
}

/** What the two sides are called. */
export function sideNames({ phases }: Pick<LoadtestReport, 'phases'>): readonly [string, string] {
  return phases === 'cold,warm' ? ['cold', 'warm'] : ['without cache', 'with cache'];
}

/** The columns of the comparison; on a narrow terminal the 95th percentiles go first. */
export function comparisonColumns(report: LoadtestReport): readonly FittingColumn<ComparisonRow>[] {
  const { countHeader } = report;
  const [without, cached] = sideNames(report);
  const latency = (
    title: string,
    value: (row: ComparisonRow) => number | undefined,
    shape: Pick<FittingColumn<ComparisonRow>, 'shortTitle' | 'expendable'>,
  ): FittingColumn<ComparisonRow> => ({
    title,
    align: 'right',
    ...shape,
    cell: (row) => formatLatency(value(row)),
  });
  return [
    { title: 'endpoint', flexible: true, cell: (row) => row.label },
    latency(without, (row) => row.withoutCache?.p50Ms, { shortTitle: shortened(without) }),
    latency('p95', (row) => row.withoutCache?.p95Ms, { expendable: true }),
    latency(cached, (row) => row.withCache?.p50Ms, { shortTitle: shortened(cached) }),
    latency('p95', (row) => row.withCache?.p95Ms, { expendable: true }),
    { title: 'improvement', shortTitle: 'gain', align: 'right', cell: improvementCell },
    ...(countHeader === undefined
      ? []
      : [
          {
            title: countHeader,
            shortTitle: truncate(countHeader, SHORT_HEADER_COLUMNS, false),
            align: 'right' as const,
            cell: countedCell,
          },
        ]),
    {
      title: 'hits',
      align: 'right',
      expendable: true,
      cell: report.phases === 'origin,cache' ? foundCell : hitsCell,
    },
  ];
}

function shortened(side: string): string {
  return side.replace(' cache', '');
}

/** A difference that may as well be none is marked as one. */
function improvementCell(row: ComparisonRow, narrow: boolean): string {
  const text = formatImprovement(row.improvementPercent);
  if (!isNoise(row) || row.improvementPercent === undefined) return text;
  return narrow ? `~${text}` : `${text} (noise)`;
}

/** Of the application's own reads, `0% -> 100%`; nothing where it reads nothing. */
function hitsCell({ hits }: ComparisonRow): string {
  if (hits === undefined || (readsOf(hits.cold) === 0 && readsOf(hits.warm) === 0)) return NO_FIGURE;
  const text = (phase: PhaseHits): string =>
    readsOf(phase) === 0 ? NO_FIGURE : formatPercent(phase.hits / readsOf(phase));
  return `${text(hits.cold)} -> ${text(hits.warm)}`;
}

function readsOf({ hits, misses }: PhaseHits): number {
  return hits + misses;
}

/** Reads that found the entry. */
function foundCell({ withCache }: ComparisonRow): string {
  return withCache === undefined
    ? NO_FIGURE
    : formatPercent((withCache.requests - withCache.errors) / Math.max(1, withCache.requests));
}

/** The counting header's means, `12 -> 0`. */
export function countedCell({ withoutCache, withCache }: Comparison): string {
  const without = formatMean(withoutCache?.countHeaderMean);
  return withCache === undefined ? without : `${without} -> ${formatMean(withCache.countHeaderMean)}`;
}

function detailColumns(
  { countHeader }: LoadtestReport,
  hasEntries: boolean,
): readonly FittingColumn<PhaseRow>[] {
  const phase: FittingColumn<PhaseRow> = {
    title: 'phase',
    cell: (row, narrow) => (narrow ? row.phase?.replace(' cache', '') : row.phase) ?? NO_FIGURE,
  };
  const counted: FittingColumn<PhaseRow> = {
    title: countHeader ?? '',
    shortTitle: truncate(countHeader ?? '', SHORT_HEADER_COLUMNS, false),
    align: 'right',
    cell: (row) => formatMean(row.figures.countHeaderMean),
  };
  return [
    { title: 'endpoint', flexible: true, cell: (row) => row.label },
    ...(hasEntries ? [phase] : [latencyColumn('p50', (figures) => figures.p50Ms)]),
    { ...latencyColumn('p95', (figures) => figures.p95Ms), expendable: true },
    latencyColumn('p99', (figures) => figures.p99Ms),
    { ...latencyColumn('max', (figures) => figures.maxMs), expendable: true },
    {
      title: 'requests/s',
      shortTitle: 'req/s',
      align: 'right',
      cell: (row) => formatRate(row.figures.requestsPerSecond),
    },
    ...(!hasEntries && countHeader !== undefined ? [counted] : []),
    { title: 'errors', align: 'right', cell: (row) => formatCount(row.figures.errors) },
  ];
}

function latencyColumn(
  title: string,
  value: (figures: PhaseReport) => number | undefined,
): FittingColumn<PhaseRow> {
  return { title, align: 'right', cell: (row) => formatLatency(value(row.figures)) };
}
