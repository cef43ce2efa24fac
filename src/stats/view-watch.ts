import { escapeText } from '../keys/printable.ts';
import { sparkline, type SparklineScale } from '../terminal/sparkline.ts';
import type { TerminalInfo } from '../terminal/terminal-info.ts';
import { pad, truncate } from '../terminal/width.ts';
import type { CacheTerm } from '../assertions/cache-terms.ts';
import { formatMetric, METRICS, type Metric } from './metrics.ts';
import type { StatsReport } from './report.ts';
import { windowText } from './view-text.ts';

/** More moments than any terminal is wide are not remembered. */
const MOST_MOMENTS = 1_000;

const LINES: readonly (readonly [CacheTerm, SparklineScale])[] = [
  ['hit_rate', { min: 0, max: 100 }],
  ['reads_per_second', { min: 0 }],
  ['operations_per_second', { min: 0 }],
  ['memory_used', {}],
  ['evicted_per_second', { min: 0 }],
  ['expired_per_second', { min: 0 }],
  ['keys', {}],
  ['clients', { min: 0 }],
];

/** The moments that have been watched, for sparklines. */
export class History {
  readonly #moments: StatsReport['figures'][] = [];

  get length(): number {
    return this.#moments.length;
  }

  add({ figures }: StatsReport): void {
    this.#moments.push(figures);
    if (this.#moments.length > MOST_MOMENTS) this.#moments.shift();
  }

  of(metric: Metric): readonly (number | null)[] {
    return this.#moments.map((figures) => metric.read(figures));
  }
}

/** One moment for a whole terminal: a line with a sparkline for each figure. */
export function renderWatch(report: StatsReport, history: History, terminal: TerminalInfo): string {
  const metrics = LINES.flatMap(([name, scale]) => {
    const metric = METRICS.find((candidate) => candidate.name === name);
    return metric === undefined ? [] : [{ metric, scale }];
  });
  const titleWidth = Math.max(...metrics.map(({ metric }) => metric.title.length));
  const values = metrics.map(({ metric }) => formatMetric(metric, metric.read(report.figures)));
  const valueWidth = Math.max(14, ...values.map((value) => value.length));
  const room = Math.max(0, terminal.width - titleWidth - valueWidth - 4);
  const { style } = terminal;
  const head = `${escapeText(report.target)}   ${windowText(report.window)}`;
  return [
    style.bold(truncate(head, terminal.width, terminal.unicode)),
    '',
    ...metrics.map(({ metric, scale }, index) => {
      const line = sparkline(history.of(metric), room, terminal.unicode, scale);
      return `${style.dim(pad(metric.title, titleWidth, 'left'))}  ${pad(values[index] ?? '', valueWidth, 'right')}  ${style.accent(line)}`;
    }),
    ...report.lost.map(({ error }) => `${style.bad('missing')}  ${escapeText(error.message)}`),
  ].join('\n');
}

/** With the time in front, and two blanks between columns, no more than 80. */
const PLAIN: readonly (readonly [title: string, CacheTerm, columns: number])[] = [
  ['hit_rate', 'hit_rate', 8],
  ['reads/s', 'reads_per_second', 7],
  ['ops/s', 'operations_per_second', 7],
  ['memory', 'memory_used', 8],
  ['evicted/s', 'evicted_per_second', 9],
  ['expired/s', 'expired_per_second', 9],
  ['keys', 'keys', 10],
];

/** One moment as a line, with a heading above the first: for a pipe or a log. */
export function watchLine(report: StatsReport, isFirst: boolean): string {
  const time = new Date(report.startedAt).toISOString().slice(11, 19);
  const cells = PLAIN.map(([, name]) => {
    const metric = METRICS.find((candidate) => candidate.name === name);
    const value = metric?.read(report.figures) ?? null;
    return metric === undefined || value === null ? '-' : formatMetric(metric, value);
  });
  const row = (first: string, others: readonly string[]): string =>
    [pad(first, 8, 'left'), ...others.map((text, index) => pad(text, PLAIN[index]?.[2] ?? 0, 'right'))].join(
      '  ',
    );
  const { window } = report;
  const remarks =
    window.kind === 'since start' || window.breaks.length === 0 ? '' : `  ${windowText(window)}`;
  const line = `${row(time, cells)}${remarks}`;
  return isFirst
    ? `${row(
        'time',
        PLAIN.map(([title]) => title),
      )}\n${line}`
    : line;
}
