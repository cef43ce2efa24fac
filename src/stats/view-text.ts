import { renderVerdicts, verdictsMarkdown } from '../assertions/view.ts';
import { escapeText } from '../keys/printable.ts';
import { renderMarkdownTable } from '../terminal/csv.ts';
import { renderFields, renderTable, type Column } from '../terminal/table.ts';
import type { TerminalInfo } from '../terminal/terminal-info.ts';
import { formatDurationMs } from '../units/duration.ts';
import { captureLine, GROUP_COLUMNS, groupRows } from './view-groups.ts';
import { formatMetric, METRICS, type Metric } from './metrics.ts';
import type { StatsReport } from './report.ts';
import type { Window } from './window.ts';

/** One figure: as scripts name it, as people read it, and its value for people. */
interface Row {
  readonly name: string;
  readonly title: string;
  readonly value: string;
  /** The earlier value, and by how much this one differs, where there is a baseline. */
  readonly before?: string;
  readonly change?: string;
}

/** The report for people: a table on a terminal, `name  value` lines in a pipe, a line for each assertion. */
export function renderStats(report: StatsReport, terminal: TerminalInfo): string {
  const parts = [renderFigures(report, terminal)];
  const { groups } = report;
  if (groups !== undefined) {
    parts.push(renderTable(GROUP_COLUMNS, groupRows(groups), terminal));
    const line = captureLine(groups);
    if (line !== '') parts.push(line);
  }
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

function renderFigures(report: StatsReport, terminal: TerminalInfo): string {
  const rows = figureRows(report);
  if (report.baseline !== undefined) {
    return renderTable(
      [
        { title: 'metric' },
        { title: 'value', align: 'right', flexible: true },
        { title: 'before', align: 'right', flexible: true },
        { title: 'change', align: 'right' },
      ],
      rows.map((row) => [
        terminal.interactive ? row.title : row.name,
        row.value,
        row.before ?? '',
        row.change ?? '',
      ]),
      terminal,
    );
  }
  return terminal.interactive
    ? renderTable(
        [{ title: 'metric' }, { title: 'value', align: 'right', flexible: true }],
        rows.map((row) => [row.title, row.value]),
        terminal,
      )
    : renderFields(
        rows.map((row) => [row.name, row.value]),
        terminal,
      );
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
  const rows = figureRows(report);
  const { groups, baseline, verdicts } = report;
  const figures =
    baseline === undefined
      ? renderMarkdownTable(
          ['metric', 'value'],
          rows.map((row) => [row.title, row.value]),
          ['left', 'right'],
        )
      : renderMarkdownTable(
          ['metric', 'value', 'before', 'change'],
          rows.map((row) => [row.title, row.value, row.before ?? '', row.change ?? '']),
          ['left', 'right', 'right', 'right'],
        );
  const parts = [figures];
  if (groups !== undefined) {
    parts.push(
      renderMarkdownTable(
        GROUP_COLUMNS.map(({ title }) => title),
        groupRows(groups),
        GROUP_COLUMNS.map(({ align }) => align ?? 'left'),
      ),
    );
    const line = captureLine(groups);
    if (line !== '') parts.push(line);
  }
  if (verdicts.length > 0) parts.push(verdictsMarkdown(verdicts));
  return parts.join('\n\n');
}

/** What the counters are of, in one phrase. */
export function windowText(window: Window): string {
  const span = window.seconds === null ? '' : formatDurationMs(window.seconds * 1_000);
  if (window.kind === 'since start') {
    return window.seconds === null ? 'since the server started' : `since start, ${span} ago`;
  }
  const breaks = window.breaks.map(({ address, what }) =>
    what === 'restart'
      ? `${escapeText(address)} was restarted in it: since then`
      : `the counters of ${escapeText(address)} were reset in it: since then`,
  );
  return [span, ...breaks].join('; ');
}

function figureRows(report: StatsReport): readonly Row[] {
  const { target, nodes, figures, window, baseline } = report;
  const word = (name: string, value: string | null, title = name): Row => ({
    name,
    title,
    value: value === null ? 'unknown' : escapeText(value),
  });
  const metrics = METRICS.map((metric): Row => {
    const value = metric.read(figures);
    const before = baseline?.values.get(metric.jsonName) ?? null;
    return {
      name: metric.name,
      title: metric.title,
      value: formatMetric(metric, value),
      ...(baseline && {
        before: before === null ? '' : formatMetric(metric, before),
        change: changeText(metric, before, value),
      }),
    };
  });
  return [
    word('target', target),
    word('server', figures.server),
    word('version', figures.version),
    word('role', figures.role),
    ...(nodes.length > 1 ? [word('primaries', String(nodes.length))] : []),
    word('window', windowText(window)),
    ...(baseline ? [word('baseline', `${baseline.path}, ${baseline.at}`)] : []),
    ...metrics.flatMap((row) =>
      row.name === 'maxmemory'
        ? [row, word('maxmemory_policy', figures.maxmemoryPolicy, 'maxmemory policy')]
        : [row],
    ),
  ];
}

function changeText(metric: Metric, before: number | null, value: number | null): string {
  if (before === null || value === null) return '';
  const change = Math.round((value - before) * 100) / 100;
  if (change === 0) return '=';
  return `${change > 0 ? '+' : ''}${formatMetric(metric, change)}`;
}
