import { CACHE_TERMS, type CacheTerm } from '../assertions/cache-terms.ts';
import { UNITS } from '../assertions/unit.ts';
import type { MetricTerm } from '../assertions/vocabulary.ts';
import { hitRatePercent, type Figures } from './figures.ts';

/** One number that stats reports and that an assertion can name. */
export interface Metric extends MetricTerm {
  readonly name: CacheTerm;
  readonly jsonName: string;
  /** For people. */
  readonly title: string;
  /** In `unit`; `null` where there is no data. */
  readonly read: (figures: Figures) => number | null;
  /** What stands in place of a number where there is none. */
  readonly absent?: string;
}

const NOT_KNOWN_SINCE_WHEN = 'not known since when';

const READERS: Readonly<Record<CacheTerm, Pick<Metric, 'title' | 'read' | 'absent'>>> = {
  hit_rate: { title: 'hit rate', read: hitRatePercent, absent: 'no reads yet' },
  hits: { title: 'hits', read: (figures) => figures.hits },
  misses: { title: 'misses', read: (figures) => figures.misses },
  reads_per_second: {
    title: 'reads per second',
    read: (figures) => figures.readsPerSecond,
    absent: NOT_KNOWN_SINCE_WHEN,
  },
  keys: { title: 'keys', read: (figures) => figures.keys },
  keys_without_ttl: { title: 'keys without TTL', read: (figures) => figures.keysWithoutTtl },
  memory_used: { title: 'memory used', read: (figures) => figures.memoryUsedBytes },
  memory_peak: { title: 'memory peak', read: (figures) => figures.memoryPeakBytes },
  maxmemory: { title: 'maxmemory', read: (figures) => figures.maxmemoryBytes, absent: 'no limit' },
  evicted: { title: 'evicted', read: (figures) => figures.evicted },
  evicted_per_second: {
    title: 'evicted per second',
    read: (figures) => figures.evictedPerSecond,
    absent: NOT_KNOWN_SINCE_WHEN,
  },
  expired: { title: 'expired', read: (figures) => figures.expired },
  expired_per_second: {
    title: 'expired per second',
    read: (figures) => figures.expiredPerSecond,
    absent: NOT_KNOWN_SINCE_WHEN,
  },
  operations_per_second: { title: 'operations per second', read: (figures) => figures.operationsPerSecond },
  clients: { title: 'clients', read: (figures) => figures.clients },
  uptime: { title: 'uptime', read: (figures) => figures.uptimeSeconds },
};

/** Every metric, in the order of the report. */
export const METRICS: readonly Metric[] = CACHE_TERMS.map((term) => ({
  jsonName: term.name,
  ...term,
  ...READERS[term.name],
}));

/** A metric's value for people. */
export function formatMetric(metric: Metric, value: number | null): string {
  return value === null ? (metric.absent ?? 'unknown') : UNITS[metric.unit].format(value);
}
