import { UNITS, type MetricUnit } from '../assertions/unit.ts';
import type { Reading } from '../assertions/verdict.ts';
import type { MetricTerm, NamedMetric, Vocabulary } from '../assertions/vocabulary.ts';
import { hitRatePercent, type Figures } from './figures.ts';

/** One number that stats reports and that an assertion can name. */
export interface Metric extends MetricTerm {
  /** For people. */
  readonly title: string;
  readonly unit: MetricUnit;
  /** The field of the JSON report; its name says the unit where the number alone does not. */
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

/** What assertions of stats may speak of. */
export const STATS_VOCABULARY: Vocabulary = { metrics: METRICS, hasBaseline: false };

/** What an assertion finds in the figures. */
export function readMetric(figures: Figures, { name }: NamedMetric): Reading {
  const metric = METRICS.find((candidate) => candidate.name === name);
  return { value: metric?.read(figures) ?? null, absent: metric?.absent };
}

/** A metric's value for people. */
export function formatMetric(metric: Metric, value: number | null): string {
  return value === null ? (metric.absent ?? 'unknown') : UNITS[metric.unit].format(value);
}
