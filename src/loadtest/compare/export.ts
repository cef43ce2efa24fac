import type { JsonDocument } from '../../cli/command.ts';
import { redactUrl } from '../../config/redact.ts';
import { escapeText } from '../../keys/printable.ts';
import { renderCsv, renderMarkdownTable } from '../../terminal/csv.ts';
import { closingLines, troubleLines } from './closing-lines.ts';
import { urlOf } from '../targets/endpoint.ts';
import { formatLatency, formatMean, formatRate, NO_FIGURE, rounded } from '../figures.ts';
import { comparisonColumns, comparisonRows, phaseRows } from './render-table.ts';
import {
  isNoise,
  scopeOf,
  type Comparison,
  type EndpointReport,
  type LoadtestReport,
  type PhaseReport,
} from './report.ts';

/** The stable document, `cachectl/loadtest/v1`. A figure that does not exist is null. */
export function loadtestJson(report: LoadtestReport): JsonDocument {
  return {
    schema: 'cachectl/loadtest/v1',
    kind: 'compare',
    compare: report.phases,
    connections: report.connections,
    repeat: report.repeat,
    count_header: report.countHeader ?? null,
    interrupted: report.interrupted,
    endpoints: report.endpoints.map((endpoint) => ({
      endpoint: endpoint.endpoint.label,
      scope: scopeOf(endpoint.endpoint) ?? null,
      key: keyOf(endpoint) ?? null,
      url: redactUrl(urlOf(endpoint.endpoint)),
      ...comparisonJson(endpoint),
      problem: endpoint.problem ?? null,
    })),
    scopes: report.scopes.map((scope) => ({
      scope: scope.scope,
      endpoints: scope.endpoints,
      ...comparisonJson(scope),
    })),
    hits: report.hits ?? null,
    problems: report.problems,
    summary: closingLines(report),
  };
}

function comparisonJson({
  withoutCache,
  withCache,
  improvementPercent,
  improvementInterval: interval,
  hits,
}: Comparison): Record<string, unknown> {
  return {
    without_cache: withoutCache === undefined ? null : phaseJson(withoutCache),
    with_cache: withCache === undefined ? null : phaseJson(withCache),
    improvement_percent: rounded(improvementPercent),
    improvement_interval_percent:
      interval === undefined ? null : { low: rounded(interval.low), high: rounded(interval.high) },
    is_noise: isNoise({ improvementInterval: interval }),
    hits: hits ?? null,
  };
}

function phaseJson(phase: PhaseReport): Record<string, unknown> {
  return {
    requests: phase.requests,
    errors: phase.errors,
    errors_by_cause: Object.fromEntries(phase.errorsByCause),
    unfinished: phase.unfinished,
    duration_ms: rounded(phase.durationMs),
    requests_per_second: rounded(phase.requestsPerSecond),
    mean_ms: rounded(phase.meanMs),
    p50_ms: rounded(phase.p50Ms),
    p95_ms: rounded(phase.p95Ms),
    p99_ms: rounded(phase.p99Ms),
    max_ms: rounded(phase.maxMs),
    count_header_mean: rounded(phase.countHeaderMean),
  };
}

/** A line for each phase of each endpoint. */
export function loadtestCsv(report: LoadtestReport): string {
  const rows = report.endpoints.flatMap((endpoint) => {
    const phases = [
      ['without_cache', endpoint.withoutCache, endpoint.hits?.cold],
      ['with_cache', endpoint.withCache, endpoint.hits?.warm],
    ] as const;
    return phases.flatMap(([name, phase, hits]) =>
      phase === undefined
        ? []
        : [
            [
              endpoint.endpoint.label,
              escapeText(scopeOf(endpoint.endpoint) ?? ''),
              escapeText(keyOf(endpoint) ?? ''),
              name,
              phase.requests,
              phase.errors,
              rounded(phase.durationMs),
              rounded(phase.requestsPerSecond),
              rounded(phase.meanMs),
              rounded(phase.p50Ms),
              rounded(phase.p95Ms),
              rounded(phase.p99Ms),
              rounded(phase.maxMs),
              rounded(phase.countHeaderMean),
              rounded(endpoint.improvementPercent),
              hits?.hits ?? '',
              hits?.misses ?? '',
            ],
          ],
    );
  });
  return renderCsv(CSV_HEADING, rows);
}

const CSV_HEADING = [
  'endpoint',
  'scope',
  'key',
  'phase',
  'requests',
  'errors',
  'duration_ms',
  'requests_per_second',
  'mean_ms',
  'p50_ms',
  'p95_ms',
  'p99_ms',
  'max_ms',
  'count_header_mean',
  'improvement_percent',
  'hits',
  'misses',
];

/** For a pull request or a wiki: both tables, what failed, and the result in words. */
export function loadtestMarkdown(report: LoadtestReport): string {
  const { countHeader } = report;
  const counted = countHeader === undefined ? [] : [countHeader];
  const columns = comparisonColumns(report);
  const comparison = renderMarkdownTable(
    columns.map(({ title }) => title),
    comparisonRows(report).map((row) => columns.map(({ cell }) => cell(row, false))),
    columns.map(({ align }) => align ?? 'left'),
  );
  const details = renderMarkdownTable(
    ['endpoint', 'phase', 'p50', 'p95', 'p99', 'max', 'requests/s', 'errors', ...counted],
    phaseRows(report).map(({ label, phase, figures }) => [
      label,
      phase ?? NO_FIGURE,
      formatLatency(figures.p50Ms),
      formatLatency(figures.p95Ms),
      formatLatency(figures.p99Ms),
      formatLatency(figures.maxMs),
      formatRate(figures.requestsPerSecond),
      String(figures.errors),
      ...counted.map(() => formatMean(figures.countHeaderMean)),
    ]),
    ['left', 'left', ...Array.from({ length: 7 }, () => 'right' as const)],
  );
  const list = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n');
  const blocks = [
    ...(report.scopes.length > 0 ? [comparison] : []),
    details,
    list(troubleLines(report)),
    list(closingLines(report)),
  ];
  return blocks.filter((block) => block !== '').join('\n\n');
}

function keyOf({ endpoint }: EndpointReport): string | undefined {
  return endpoint.kind === 'entry' ? endpoint.target.key : undefined;
}
