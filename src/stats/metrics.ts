import { formatBytes } from '../units/bytes.ts';
import { formatDurationMs } from '../units/duration.ts';
import { formatCount } from '../units/number.ts';
import { hitRatePercent, type Figures } from './figures.ts';

/** What a metric is counted in. */
export type MetricUnit = 'percent' | 'count' | 'bytes' | 'seconds' | 'per_second';

/** One number that stats reports and that an assertion can name. */
export interface Metric {
  /** As assertions and scripts name it. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  readonly unit: MetricUnit;
  /** The field of the JSON report; its name says the unit where the number alone does not. Assertions know it too. */
  readonly jsonName: string;
  /** In `unit`; `null` where there is no data. */
  readonly read: (figures: Figures) => number | null;
  /** What stands in place of a number where there is none. */
  readonly absent?: string;
}

/** Every metric, in the order of the report. */
export const METRICS: readonly Metric[] = [
  {
    name: 'hit_rate',
    title: 'hit rate',
    unit: 'percent',
    jsonName: 'hit_rate',
    read: hitRatePercent,
    absent: 'no reads yet',
  },
  { name: 'hits', title: 'hits', unit: 'count', jsonName: 'hits', read: (figures) => figures.hits },
  { name: 'misses', title: 'misses', unit: 'count', jsonName: 'misses', read: (figures) => figures.misses },
  { name: 'keys', title: 'keys', unit: 'count', jsonName: 'keys', read: (figures) => figures.keys },
  {
    name: 'keys_without_ttl',
    title: 'keys without TTL',
    unit: 'count',
    jsonName: 'keys_without_ttl',
    read: (figures) => figures.keysWithoutTtl,
  },
  {
    name: 'memory_used',
    title: 'memory used',
    unit: 'bytes',
    jsonName: 'memory_used_bytes',
    read: (figures) => figures.memoryUsedBytes,
  },
  {
    name: 'memory_peak',
    title: 'memory peak',
    unit: 'bytes',
    jsonName: 'memory_peak_bytes',
    read: (figures) => figures.memoryPeakBytes,
  },
  {
    name: 'maxmemory',
    title: 'maxmemory',
    unit: 'bytes',
    jsonName: 'maxmemory_bytes',
    read: (figures) => figures.maxmemoryBytes,
    absent: 'no limit',
  },
  {
    name: 'evicted',
    title: 'evicted',
    unit: 'count',
    jsonName: 'evicted',
    read: (figures) => figures.evicted,
  },
  {
    name: 'expired',
    title: 'expired',
    unit: 'count',
    jsonName: 'expired',
    read: (figures) => figures.expired,
  },
  {
    name: 'operations_per_second',
    title: 'operations per second',
    unit: 'per_second',
    jsonName: 'operations_per_second',
    read: (figures) => figures.operationsPerSecond,
  },
  {
    name: 'clients',
    title: 'clients',
    unit: 'count',
    jsonName: 'clients',
    read: (figures) => figures.clients,
  },
  {
    name: 'uptime',
    title: 'uptime',
    unit: 'seconds',
    jsonName: 'uptime_seconds',
    read: (figures) => figures.uptimeSeconds,
  },
];

/** How numbers of each unit are written for people. */
const FORMATS: Readonly<Record<MetricUnit, (value: number) => string>> = {
  percent: (value) => `${value.toFixed(1)}%`,
  count: formatCount,
  bytes: formatBytes,
  seconds: (value) => (value < 1 ? '0 s' : formatDurationMs(value * 1_000)),
  per_second: formatCount,
};

/** A metric's value for people. */
export function formatMetric(metric: Metric, value: number | null): string {
  return value === null ? (metric.absent ?? 'unknown') : FORMATS[metric.unit](value);
}
