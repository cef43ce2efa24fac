import { renderTable } from '../../terminal/table.ts';
import { sparkline } from '../../terminal/sparkline.ts';
import type { TerminalInfo } from '../../terminal/terminal-info.ts';
import { formatBytes } from '../../units/bytes.ts';
import { formatDurationMs } from '../../units/duration.ts';
import { countOf, formatCount } from '../../units/number.ts';
import type { RateStage } from '../engine/arrivals.ts';
import type { LoadModel } from '../engine/model.ts';
import { distributionText } from '../distribution.ts';
import { formatImprovement, formatLatency, formatMean, formatRate, NO_FIGURE } from '../figures.ts';
import { renderFittingTable, type FittingColumn } from '../fitting-table.ts';
import { bottleneckLines } from './bottleneck.ts';
import type { RedisWindow } from './redis-window.ts';
import type { EndpointFigures, LatencyFigures, LoadReport } from './report.ts';

/** Lines of the table of endpoints; the slowest at p99 are shown. */
const SHOWN_ENDPOINTS = 20;

/** The report for people. */
export function renderLoad(report: LoadReport, terminal: TerminalInfo): string {
  const { style } = terminal;
  const blocks = [
    headLines(report).join('\n'),
    latencyTable(report, terminal),
    endpointTable(report, terminal),
    overTime(report, terminal).join('\n'),
    report.redis === undefined ? '' : redisLines(report.redis).join('\n'),
    [...failureLines(report), ...report.problems, ...bottleneckLines(report)].map(style.warn).join('\n'),
    style.bold(closingLine(report)),
  ];
  return blocks.filter((block) => block !== '').join('\n\n');
}

/** What was done, and what came of it, in two lines. */
export function headLines(report: LoadReport): readonly string[] {
  const { totals } = report;
  const counts = [
    `${formatCount(totals.sent)} sent`,
    `${formatCount(totals.succeeded)} succeeded`,
    `${formatCount(totals.failed)} failed`,
    `${formatCount(totals.dropped)} dropped`,
    ...(totals.unfinished > 0 ? [`${formatCount(totals.unfinished)} unfinished`] : []),
    // Of bodies, and Redis' replies have none.
    ...(report.kind === 'redis' ? [] : [formatBytes(totals.bytes)]),
    `${formatRate(totals.perSecond)} a second`,
  ];
  return [
    `${modelText(report.model)}, ${whatText(report)}, for ${formatDurationMs(totals.durationMs)}`,
    counts.join(', '),
  ];
}

function whatText({ kind, targets, popularity, workers, warmupMs }: LoadReport): string {
  const thing = kind === 'redis' ? countOf(targets, 'command') : countOf(targets, 'target');
  const parts = [
    ...(targets > 1 ? [`${thing} (${distributionText(popularity)})`] : [thing]),
    ...(workers > 1 ? [`${workers} threads`] : []),
    ...(warmupMs > 0 ? [`after ${formatDurationMs(warmupMs)} of warm-up`] : []),
  ];
  return parts.join(', ');
}

/** A model in a few words. */
export function modelText(model: LoadModel): string {
  if (model.kind === 'closed') return `closed load over ${countOf(model.connections, 'connection')}`;
  const spread = model.spread === 'poisson' ? 'Poisson arrivals' : 'constant arrivals';
  return `open load of ${stagesText(model.stages)}, ${spread}`;
}

function stagesText(stages: readonly RateStage[]): string {
  const [first, ...others] = stages;
  if (first !== undefined && others.length === 0 && first.fromPerSecond === first.toPerSecond) {
    return `${formatRate(first.toPerSecond)}/s`;
  }
  const steps = stages.map(
    ({ durationMs, toPerSecond }) => `${formatRate(toPerSecond)}/s in ${formatDurationMs(durationMs)}`,
  );
  return `${formatRate(first?.fromPerSecond)}/s, then ${steps.join(', ')}`;
}

const PERCENTILES: readonly (readonly [title: string, value: (figures: LatencyFigures) => number])[] = [
  ['mean', ({ meanMs }) => meanMs],
  ['p50', ({ p50Ms }) => p50Ms],
  ['p75', ({ p75Ms }) => p75Ms],
  ['p90', ({ p90Ms }) => p90Ms],
  ['p95', ({ p95Ms }) => p95Ms],
  ['p99', ({ p99Ms }) => p99Ms],
  ['p99.9', ({ p999Ms }) => p999Ms],
  ['max', ({ maxMs }) => maxMs],
];

/** The rows of the latency table: name and figures. */
export function latencyRows({
  totals,
  model,
}: LoadReport): readonly (readonly [name: string, figures: LatencyFigures | undefined])[] {
  if (model.kind === 'closed') return [['latency', totals.latency]];
  return [
    ['latency', totals.latency],
    ['uncorrected', totals.uncorrected],
    ['sent late by', totals.startDelay],
  ];
}

/** The heading of the latency table, and its cells. */
export function latencyCells(report: LoadReport): readonly (readonly string[])[] {
  return latencyRows(report).map(([name, figures]) => [
    name,
    ...PERCENTILES.map(([, value]) => formatLatency(figures && value(figures))),
  ]);
}

export const LATENCY_HEADING: readonly string[] = ['', ...PERCENTILES.map(([title]) => title)];

function latencyTable(report: LoadReport, terminal: TerminalInfo): string {
  if (report.totals.latency === undefined) return '';
  const rows = latencyCells(report);
  const wide =
    LATENCY_HEADING.length * 3 + rows.reduce((most, row) => Math.max(most, row.join('').length), 0) + 12;
  if (!terminal.interactive || wide <= terminal.width) {
    return renderTable(
      LATENCY_HEADING.map((title, index) => ({
        title,
        align: index === 0 ? ('left' as const) : ('right' as const),
      })),
      rows,
      terminal,
    );
  }
  // A narrow terminal gets a line for each percentile.
  const names = rows.map(([name = '']) => name);
  return renderTable(
    [{ title: '' }, ...names.map((title) => ({ title, align: 'right' as const }))],
    PERCENTILES.map(([title], index) => [title, ...rows.map((row) => row[index + 1] ?? '')]),
    terminal,
  );
}

/** Endpoints in the order of the report, at most so many: then those with the highest p99. */
export function shownEndpoints({ endpoints }: LoadReport): readonly EndpointFigures[] {
  const asked = endpoints.filter(({ sent }) => sent > 0);
  if (asked.length <= SHOWN_ENDPOINTS) return asked;
  return [...asked]
    .sort((a, b) => (b.latency?.p99Ms ?? 0) - (a.latency?.p99Ms ?? 0))
    .slice(0, SHOWN_ENDPOINTS);
}

function endpointTable(report: LoadReport, terminal: TerminalInfo): string {
  if (report.endpoints.length < 2 && report.countHeader === undefined) return '';
  const rows = shownEndpoints(report);
  const left = report.endpoints.filter(({ sent }) => sent > 0).length - rows.length;
  const table = renderFittingTable(endpointColumns(report), rows, terminal);
  return left > 0 ? `${table}\nand ${countOf(left, 'quicker endpoint')}` : table;
}

/** The columns of the table of endpoints. */
export function endpointColumns({
  countHeader,
  totals,
}: LoadReport): readonly FittingColumn<EndpointFigures>[] {
  const latency = (
    title: string,
    value: (figures: LatencyFigures) => number,
  ): FittingColumn<EndpointFigures> => ({
    title,
    align: 'right',
    cell: ({ latency: figures }) => formatLatency(figures && value(figures)),
  });
  return [
    { title: 'endpoint', flexible: true, cell: ({ label }) => label },
    { title: 'requests', shortTitle: 'reqs', align: 'right', cell: ({ sent }) => formatCount(sent) },
    latency('p50', ({ p50Ms }) => p50Ms),
    { ...latency('p95', ({ p95Ms }) => p95Ms), expendable: true },
    latency('p99', ({ p99Ms }) => p99Ms),
    { ...latency('max', ({ maxMs }) => maxMs), expendable: true },
    {
      title: 'requests/s',
      shortTitle: 'req/s',
      align: 'right',
      expendable: true,
      cell: ({ sent, failed }) =>
        formatRate(totals.durationMs > 0 ? ((sent - failed) / totals.durationMs) * 1_000 : 0),
    },
    { title: 'failed', align: 'right', cell: ({ failed }) => formatCount(failed) },
    ...(countHeader === undefined
      ? []
      : [
          {
            title: countHeader,
            align: 'right' as const,
            expendable: true,
            cell: ({ countHeaderMean }: EndpointFigures) => formatMean(countHeaderMean),
          },
        ]),
  ];
}

function overTime({ series, intervalMs }: LoadReport, terminal: TerminalInfo): readonly string[] {
  if (series.length < 3 || !terminal.interactive) return [];
  const width = Math.max(10, Math.min(60, terminal.width - 40));
  const grouped = groupsOf(series, Math.ceil(series.length / width));
  const rates = grouped.map(
    (group) => sum(group.map(({ succeeded }) => succeeded)) / ((group.length * intervalMs) / 1_000),
  );
  const tails = grouped.map((group) => Math.max(0, ...group.map(({ p99Ms }) => p99Ms ?? 0)));
  const line = (name: string, values: readonly number[], format: (value: number) => string): string =>
    `${name}  ${sparkline(values, width, terminal.unicode, { min: 0 })}  ${format(Math.min(...values))} to ${format(Math.max(...values))}`;
  return [line('requests/s', rates, (value) => formatRate(value)), line('p99       ', tails, formatLatency)];
}

function groupsOf<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** What Redis said of the same time. */
export function redisLines(window: RedisWindow): readonly string[] {
  const hitRate =
    window.hitRatePercent === undefined
      ? 'nothing was read'
      : `hit rate ${window.hitRatePercent.toFixed(1)}% (${formatCount(window.hits)} hits, ${countOf(window.misses, 'miss', 'misses')})`;
  const memory = [window.memoryBeforeBytes, window.memoryAfterBytes]
    .map((bytes) => (bytes === undefined ? NO_FIGURE : formatBytes(bytes)))
    .join(' -> ');
  return [
    `Redis at ${window.target} meanwhile: ${hitRate}, ${formatRate(window.commandsPerSecond)} commands/s`,
    `  evicted ${formatCount(window.evicted)}, expired ${formatCount(window.expired)}, memory ${memory}, round trip ${formatLatency(window.roundTripP50Ms)} (p99 ${formatLatency(window.roundTripP99Ms)})`,
  ];
}

/** How requests failed; one line for each cause. */
export function failureLines({ totals }: LoadReport): readonly string[] {
  const { failures, sent, dropped } = totals;
  return [
    ...failures.map(
      ([cause, count]) =>
        `${countOf(count, 'request')} failed: ${cause} (${formatImprovement((count / Math.max(1, sent)) * 100)})`,
    ),
    ...(dropped > 0
      ? [
          `${countOf(dropped, 'request')} dropped: they could not be sent within their time limit; --max-in-flight allows more at once`,
        ]
      : []),
  ];
}

/** The result in plain words. */
export function closingLine({ totals, model }: LoadReport): string {
  const { latency } = totals;
  if (latency === undefined) return totals.sent === 0 ? 'nothing was measured' : 'no request succeeded';
  const basis = model.kind === 'open' ? ', counted from when each should have been sent' : '';
  return `half of all requests took at most ${formatLatency(latency.p50Ms)}, 99 of 100 at most ${formatLatency(latency.p99Ms)}${basis}`;
}
