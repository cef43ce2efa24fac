import { renderVerdicts, verdictsMarkdown } from '../assertions/view.ts';
import { escapeText } from '../keys/printable.ts';
import { renderMarkdownTable } from '../terminal/csv.ts';
import { renderFields, renderTable, type Column } from '../terminal/table.ts';
import type { TerminalInfo } from '../terminal/terminal-info.ts';
import { formatMetric, METRICS } from './metrics.ts';
import type { StatsReport } from './report.ts';

/** One figure: as scripts name it, as people read it, and its value for people. */
interface Row {
  readonly name: string;
  readonly title: string;
  readonly value: string;
}

/** The report for people: a table on a terminal, `name  value` lines in a pipe, a line for each assertion. */
export function renderStats(report: StatsReport, terminal: TerminalInfo): string {
  const rows = figureRows(report);
  const figures = terminal.interactive
    ? renderTable(
        [{ title: 'metric' }, { title: 'value', align: 'right', flexible: true }],
        rows.map((row) => [row.title, row.value]),
        terminal,
      )
    : renderFields(
        rows.map((row) => [row.name, row.value]),
        terminal,
      );
  const parts = [figures];
  if (report.perNode) parts.push(renderTable(NODE_COLUMNS, nodeRows(report), terminal));
  if (report.lost.length > 0) {
    parts.push(
      report.lost
        .map(({ error }) => `${terminal.style.bad('missing')}  ${escapeText(error.message)}`)
        .join('\n'),
    );
  }
  if (report.verdicts.length > 0) parts.push(renderVerdicts(report.verdicts, terminal));
  return parts.join('\n\n');
}

/** What differs from node to node and fits beside each other. */
const NODE_METRICS = [
  'hit_rate',
  'hits',
  'misses',
  'keys',
  'memory_used',
  'evicted',
  'operations_per_second',
].flatMap((name) => METRICS.find((metric) => metric.name === name) ?? []);
const NODE_COLUMNS: readonly Column[] = [
  { title: 'node', flexible: true },
  ...NODE_METRICS.map((metric): Column => ({ title: metric.title, align: 'right' })),
];

function nodeRows({ nodes }: StatsReport): readonly (readonly string[])[] {
  return nodes.map(({ address, figures }) => [
    escapeText(address),
    ...NODE_METRICS.map((metric) => formatMetric(metric, metric.read(figures))),
  ]);
}

/** The report for a pull request comment. */
export function renderStatsMarkdown(report: StatsReport): string {
  const figures = renderMarkdownTable(
    ['metric', 'value'],
    figureRows(report).map((row) => [row.title, row.value]),
    ['left', 'right'],
  );
  if (report.verdicts.length === 0) return figures;
  return `${figures}\n\n${verdictsMarkdown(report.verdicts)}`;
}

function figureRows({ target, nodes, figures }: StatsReport): readonly Row[] {
  const word = (name: string, value: string | null, title = name): Row => ({
    name,
    title,
    value: value === null ? 'unknown' : escapeText(value),
  });
  const metrics = METRICS.map((metric): Row => ({
    name: metric.name,
    title: metric.title,
    value: formatMetric(metric, metric.read(figures)),
  }));
  return [
    word('target', target),
    word('server', figures.server),
    word('version', figures.version),
    word('role', figures.role),
    ...(nodes.length > 1 ? [word('nodes.length', String(nodes.length))] : []),
    ...metrics.flatMap((row) =>
      row.name === 'maxmemory'
        ? [row, word('maxmemory_policy', figures.maxmemoryPolicy, 'maxmemory policy')]
        : [row],
    ),
  ];
}
