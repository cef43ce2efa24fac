import type { JsonDocument } from '../../cli/command.ts';
import { escapeText } from '../../keys/printable.ts';
import { renderCsv, renderMarkdownTable } from '../../terminal/csv.ts';
import { distributionText } from '../distribution.ts';
import type { LoadModel } from '../engine/model.ts';
import { rounded } from '../figures.ts';
import { bottleneckLines } from './bottleneck.ts';
import type { RedisWindow } from './redis-window.ts';
import {
  closingLine,
  endpointColumns,
  failureLines,
  headLines,
  LATENCY_HEADING,
  latencyCells,
  redisLines,
  shownEndpoints,
} from './render.ts';
import type { EndpointFigures, LatencyFigures, LoadReport, LoadTotals } from './report.ts';

/** The stable document, `cachectl/loadtest/v1`. A figure that does not exist is null. */
export function loadJson(report: LoadReport): JsonDocument {
  const { generator } = report;
  const warnings = bottleneckLines(report);
  return {
    schema: 'cachectl/loadtest/v1',
    kind: report.kind === 'redis' ? 'redis' : 'load',
    model: modelJson(report.model),
    distribution: distributionText(report.popularity),
    seed: report.seed,
    warmup_ms: report.warmupMs,
    workers: report.workers,
    targets: report.targets,
    count_header: report.countHeader ?? null,
    interrupted: report.interrupted,
    totals: totalsJson(report.totals),
    endpoints: report.endpoints.map(endpointJson),
    series: {
      interval_ms: report.intervalMs,
      points: report.series.map((point) => ({
        at_ms: point.atMs,
        succeeded: point.succeeded,
        failed: point.failed,
        dropped: point.dropped,
        p50_ms: rounded(point.p50Ms),
        p99_ms: rounded(point.p99Ms),
        max_ms: rounded(point.maxMs),
      })),
    },
    redis: report.redis === undefined ? null : redisJson(report.redis),
    generator: {
      utilization_percent: rounded(generator.utilization * 100),
      loop_delay_p99_ms: rounded(generator.loopDelayP99Ms),
      is_bottleneck: warnings.length > 0,
    },
    problems: [...report.problems, ...warnings],
    summary: [closingLine(report)],
  };
}

function modelJson(model: LoadModel): Record<string, unknown> {
  if (model.kind === 'closed') {
    return {
      kind: 'closed',
      connections: model.connections,
      requests: model.until.kind === 'requests' ? model.until.count : null,
      duration_ms: model.until.kind === 'duration' ? model.until.ms : null,
    };
  }
  return {
    kind: 'open',
    arrivals: model.spread,
    max_in_flight: model.maxInFlight,
    stages: model.stages.map((stage) => ({
      duration_ms: stage.durationMs,
      from_per_second: stage.fromPerSecond,
      to_per_second: stage.toPerSecond,
    })),
  };
}

function totalsJson(totals: LoadTotals): Record<string, unknown> {
  return {
    sent: totals.sent,
    succeeded: totals.succeeded,
    failed: totals.failed,
    failures_by_cause: Object.fromEntries(totals.failures),
    answers_by_status: Object.fromEntries(totals.statuses.map(([status, count]) => [String(status), count])),
    dropped: totals.dropped,
    unfinished: totals.unfinished,
    warmup_requests: totals.warmupRequests,
    body_bytes: totals.bytes,
    duration_ms: rounded(totals.durationMs),
    requests_per_second: rounded(totals.perSecond),
    error_rate_percent: rounded(totals.errorRatePercent),
    latency: latencyJson(totals.latency),
    uncorrected_latency: latencyJson(totals.uncorrected),
    start_delay: latencyJson(totals.startDelay),
    count_header_mean: rounded(totals.countHeaderMean),
  };
}

function endpointJson(endpoint: EndpointFigures): Record<string, unknown> {
  return {
    endpoint: endpoint.label,
    scope: endpoint.scope ?? null,
    key: endpoint.key ?? null,
    url: endpoint.url ?? null,
    sent: endpoint.sent,
    failed: endpoint.failed,
    body_bytes: endpoint.bytes,
    latency: latencyJson(endpoint.latency),
    count_header_mean: rounded(endpoint.countHeaderMean),
  };
}

function latencyJson(figures: LatencyFigures | undefined): Record<string, unknown> | null {
  if (figures === undefined) return null;
  return {
    count: figures.count,
    mean_ms: rounded(figures.meanMs),
    deviation_ms: rounded(figures.deviationMs),
    min_ms: rounded(figures.minMs),
    p50_ms: rounded(figures.p50Ms),
    p75_ms: rounded(figures.p75Ms),
    p90_ms: rounded(figures.p90Ms),
    p95_ms: rounded(figures.p95Ms),
    p99_ms: rounded(figures.p99Ms),
    p999_ms: rounded(figures.p999Ms),
    max_ms: rounded(figures.maxMs),
  };
}

function redisJson(window: RedisWindow): Record<string, unknown> {
  return {
    target: window.target,
    duration_ms: rounded(window.durationMs),
    hits: window.hits,
    misses: window.misses,
    hit_rate_percent: rounded(window.hitRatePercent),
    commands: window.commands,
    commands_per_second: rounded(window.commandsPerSecond),
    evicted_keys: window.evicted,
    expired_keys: window.expired,
    memory_before_bytes: window.memoryBeforeBytes ?? null,
    memory_after_bytes: window.memoryAfterBytes ?? null,
    round_trip_p50_ms: rounded(window.roundTripP50Ms),
    round_trip_p99_ms: rounded(window.roundTripP99Ms),
  };
}

const CSV_HEADING = [
  'endpoint',
  'scope',
  'key',
  'sent',
  'failed',
  'body_bytes',
  'requests_per_second',
  'mean_ms',
  'p50_ms',
  'p75_ms',
  'p90_ms',
  'p95_ms',
  'p99_ms',
  'p999_ms',
  'max_ms',
  'count_header_mean',
];

/** A line for each endpoint, and the last one for all together. */
export function loadCsv({ endpoints, totals }: LoadReport): string {
  const row = (
    endpoint: Pick<
      EndpointFigures,
      'label' | 'scope' | 'key' | 'sent' | 'failed' | 'bytes' | 'latency' | 'countHeaderMean'
    >,
  ): (string | number | null)[] => [
    endpoint.label,
    escapeText(endpoint.scope ?? ''),
    escapeText(endpoint.key ?? ''),
    endpoint.sent,
    endpoint.failed,
    endpoint.bytes,
    rounded(totals.durationMs > 0 ? ((endpoint.sent - endpoint.failed) / totals.durationMs) * 1_000 : 0),
    rounded(endpoint.latency?.meanMs),
    rounded(endpoint.latency?.p50Ms),
    rounded(endpoint.latency?.p75Ms),
    rounded(endpoint.latency?.p90Ms),
    rounded(endpoint.latency?.p95Ms),
    rounded(endpoint.latency?.p99Ms),
    rounded(endpoint.latency?.p999Ms),
    rounded(endpoint.latency?.maxMs),
    rounded(endpoint.countHeaderMean),
  ];
  return renderCsv(CSV_HEADING, [
    ...endpoints.map(row),
    row({ ...totals, label: 'all', scope: undefined, key: undefined }),
  ]);
}

/** For a pull request or a wiki. */
export function loadMarkdown(report: LoadReport): string {
  const columns = endpointColumns(report);
  const list = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n');
  return [
    list(headLines(report)),
    renderMarkdownTable(
      LATENCY_HEADING,
      latencyCells(report),
      LATENCY_HEADING.map((_, index) => (index === 0 ? 'left' : 'right')),
    ),
    renderMarkdownTable(
      columns.map(({ title }) => title),
      shownEndpoints(report).map((endpoint) => columns.map(({ cell }) => cell(endpoint, false))),
      columns.map(({ align }) => align ?? 'left'),
    ),
    list(report.redis === undefined ? [] : redisLines(report.redis).map((line) => line.trim())),
    list([...failureLines(report), ...report.problems, ...bottleneckLines(report)]),
    list([closingLine(report)]),
  ]
    .filter((block) => block !== '')
    .join('\n\n');
}
