import type { HistogramData } from '../../histogram/histogram.ts';
import type { RunRecord } from '../engine/run-record.ts';

/**
 * What was recorded of exchanges, as commands: all commands of an exchange are answered with it, so each of them
 * took as long.
 */
export function asCommands(record: RunRecord, pipeline: number): RunRecord {
  if (pipeline === 1) return record;
  const times = (count: number): number => count * pipeline;
  return {
    ...record,
    latencies: scaled(record.latencies, pipeline),
    uncorrected: record.uncorrected && scaled(record.uncorrected, pipeline),
    startDelays: record.startDelays && scaled(record.startDelays, pipeline),
    endpoints: record.endpoints.map((endpoint) => ({
      ...endpoint,
      latencies: scaled(endpoint.latencies, pipeline),
      sent: times(endpoint.sent),
      failed: times(endpoint.failed),
      failures: endpoint.failures.map(([cause, count]) => [cause, times(count)] as const),
    })),
    failures: record.failures.map(([cause, count]) => [cause, times(count)] as const),
    statuses: record.statuses.map(([status, count]) => [status, times(count)] as const),
    dropped: times(record.dropped),
    unfinished: times(record.unfinished),
    warmupRequests: times(record.warmupRequests),
    series: {
      intervalMs: record.series.intervalMs,
      points: record.series.points.map((point) => ({
        succeeded: times(point.succeeded),
        failed: times(point.failed),
        dropped: times(point.dropped),
        latencies: scaled(point.latencies, pipeline),
      })),
    },
  };
}

function scaled(data: HistogramData, factor: number): HistogramData {
  return {
    ...data,
    octaves: data.octaves.map(([octave, counts]) => [octave, counts.map((count) => count * factor)] as const),
    count: data.count * factor,
    sum: data.sum * factor,
    squares: data.squares * factor,
  };
}
