import { Histogram, type HistogramData } from '../../histogram/histogram.ts';
import type { GeneratorLoad } from '../engine/generator-watch.ts';
import type { LoadModel } from '../engine/model.ts';
import type { LoadPlan, LoadResult } from '../engine/run-load.ts';
import type { EndpointRecord, RunRecord } from '../engine/run-record.ts';
import type { RedisWindow } from './redis-window.ts';

/** A distribution of times, in milliseconds. */
export interface LatencyFigures {
  readonly count: number;
  readonly meanMs: number;
  readonly deviationMs: number;
  readonly minMs: number;
  readonly p50Ms: number;
  readonly p75Ms: number;
  readonly p90Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

/** One line of the report: what one target, or all of them, was asked and how it answered. */
export interface EndpointFigures {
  /** Safe to show. */
  readonly label: string;
  readonly scope: string | undefined;
  readonly key: string | undefined;
  /** Without secrets; `undefined` where it is several. */
  readonly url: string | undefined;
  /** Finished, good and failed. */
  readonly sent: number;
  readonly failed: number;
  readonly bytes: number;
  /** Of good answers; `undefined` where there was none. */
  readonly latency: LatencyFigures | undefined;
  readonly countHeaderMean: number | undefined;
}

/** A stretch of the run. */
export interface SeriesFigures {
  /** From the start of what is measured. */
  readonly atMs: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly dropped: number;
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
  readonly maxMs: number | undefined;
}

/** All of a run together. */
export interface LoadTotals {
  /** Finished requests, good and failed; neither those of the warm-up nor unfinished ones. */
  readonly sent: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly failures: readonly (readonly [cause: string, count: number])[];
  /** Of every answer, those of the warm-up included. */
  readonly statuses: readonly (readonly [status: number, count: number])[];
  readonly dropped: number;
  readonly unfinished: number;
  readonly warmupRequests: number;
  readonly bytes: number;
  readonly durationMs: number;
  /** Good answers. */
  readonly perSecond: number;
  /** Of finished requests; dropped ones are none. */
  readonly errorRatePercent: number | undefined;
  /** From the planned start under an open load, from sending under a closed one. */
  readonly latency: LatencyFigures | undefined;
  /** From sending, under an open load. */
  readonly uncorrected: LatencyFigures | undefined;
  /** How much later than planned requests were sent. */
  readonly startDelay: LatencyFigures | undefined;
  readonly countHeaderMean: number | undefined;
}

/** What a run of load gave. */
export interface LoadReport {
  /** What was asked: `web` for requests to an application, `redis` for commands. */
  readonly kind: 'web' | 'redis';
  readonly model: LoadModel;
  readonly popularity: LoadPlan['popularity'];
  readonly seed: number;
  readonly warmupMs: number;
  readonly workers: number;
  readonly targets: number;
  readonly countHeader: string | undefined;
  readonly interrupted: boolean;
  readonly totals: LoadTotals;
  /** Everything that was recorded, for the curve of percentiles. */
  readonly latencies: Histogram;
  readonly endpoints: readonly EndpointFigures[];
  readonly intervalMs: number;
  readonly series: readonly SeriesFigures[];
  readonly redis: RedisWindow | undefined;
  readonly generator: GeneratorLoad;
  /** Safe to show. */
  readonly problems: readonly string[];
}

/** How a line of the report is called. */
export type EndpointName = Pick<EndpointFigures, 'label' | 'scope' | 'key' | 'url'>;

/** What a report says of the run as a whole. */
export type RunFacts = Pick<
  LoadReport,
  | 'kind'
  | 'model'
  | 'popularity'
  | 'seed'
  | 'warmupMs'
  | 'workers'
  | 'targets'
  | 'countHeader'
  | 'interrupted'
  | 'redis'
  | 'problems'
>;

/** Makes the report of what was measured. @param names in the order of the record's endpoints */
export function createLoadReport(
  { record, generator }: LoadResult,
  names: readonly EndpointName[],
  facts: RunFacts,
): LoadReport {
  return {
    ...facts,
    totals: totalsOf(record),
    latencies: Histogram.from(record.latencies),
    endpoints: record.endpoints.flatMap((endpoint, index) => {
      const name = names[index];
      return name === undefined ? [] : [{ ...name, ...endpointFigures(endpoint) }];
    }),
    intervalMs: record.series.intervalMs,
    series: record.series.points.map((point, index): SeriesFigures => {
      const latencies = Histogram.from(point.latencies);
      return {
        atMs: index * record.series.intervalMs,
        succeeded: point.succeeded,
        failed: point.failed,
        dropped: point.dropped,
        p50Ms: latencies.percentile(50),
        p99Ms: latencies.percentile(99),
        maxMs: latencies.max,
      };
    }),
    generator,
  };
}

function totalsOf(record: RunRecord): LoadTotals {
  const succeeded = record.latencies.count;
  const failed = record.failures.reduce((sum, [, count]) => sum + count, 0);
  const sum = (value: (endpoint: EndpointRecord) => number): number =>
    record.endpoints.reduce((total, endpoint) => total + value(endpoint), 0);
  return {
    sent: succeeded + failed,
    succeeded,
    failed,
    failures: [...record.failures].sort(([, a], [, b]) => b - a),
    statuses: [...record.statuses].sort(([a], [b]) => a - b),
    dropped: record.dropped,
    unfinished: record.unfinished,
    warmupRequests: record.warmupRequests,
    bytes: sum(({ bytes }) => bytes),
    durationMs: record.durationMs,
    perSecond: record.durationMs > 0 ? (succeeded / record.durationMs) * 1_000 : 0,
    errorRatePercent: succeeded + failed === 0 ? undefined : (failed / (succeeded + failed)) * 100,
    latency: latencyFigures(record.latencies),
    uncorrected: record.uncorrected && latencyFigures(record.uncorrected),
    startDelay: record.startDelays && latencyFigures(record.startDelays),
    countHeaderMean: meanOf(
      sum(({ countedSum }) => countedSum),
      sum(({ countedAnswers }) => countedAnswers),
    ),
  };
}

function endpointFigures(
  endpoint: EndpointRecord,
): Pick<EndpointFigures, 'sent' | 'failed' | 'bytes' | 'latency' | 'countHeaderMean'> {
  return {
    sent: endpoint.sent,
    failed: endpoint.failed,
    bytes: endpoint.bytes,
    latency: latencyFigures(endpoint.latencies),
    countHeaderMean: meanOf(endpoint.countedSum, endpoint.countedAnswers),
  };
}

function meanOf(sum: number, count: number): number | undefined {
  return count === 0 ? undefined : sum / count;
}

/** The figures of what a histogram holds; `undefined` where that is nothing. */
export function latencyFigures(data: HistogramData): LatencyFigures | undefined {
  if (data.count === 0) return undefined;
  const histogram = Histogram.from(data);
  const at = (percent: number): number => histogram.percentile(percent) ?? 0;
  return {
    count: histogram.count,
    meanMs: histogram.mean ?? 0,
    deviationMs: histogram.deviation ?? 0,
    minMs: histogram.min ?? 0,
    p50Ms: at(50),
    p75Ms: at(75),
    p90Ms: at(90),
    p95Ms: at(95),
    p99Ms: at(99),
    p999Ms: at(99.9),
    maxMs: histogram.max ?? 0,
  };
}
