import type { MetricTerm } from './vocabulary.ts';

/**
 * What `stats` measures, as its assertions and the spec file's `budgets:` name it. Here, because both read them.
 */
export const CACHE_TERMS = [
  { name: 'hit_rate', unit: 'percent' },
  { name: 'hits', unit: 'count' },
  { name: 'misses', unit: 'count' },
  { name: 'reads_per_second', unit: 'per_second' },
  { name: 'keys', unit: 'count' },
  { name: 'keys_without_ttl', unit: 'count' },
  { name: 'memory_used', jsonName: 'memory_used_bytes', unit: 'bytes' },
  { name: 'memory_peak', jsonName: 'memory_peak_bytes', unit: 'bytes' },
  { name: 'maxmemory', jsonName: 'maxmemory_bytes', unit: 'bytes' },
  { name: 'evicted', unit: 'count' },
  { name: 'evicted_per_second', unit: 'per_second' },
  { name: 'expired', unit: 'count' },
  { name: 'expired_per_second', unit: 'per_second' },
  { name: 'operations_per_second', unit: 'per_second' },
  { name: 'clients', unit: 'count' },
  { name: 'uptime', jsonName: 'uptime_seconds', unit: 'seconds' },
] as const satisfies readonly MetricTerm[];

/** What is measured of each group of keys. */
export const GROUP_TERMS = [
  { name: 'hit_rate', unit: 'percent' },
  { name: 'hits', unit: 'count' },
  { name: 'misses', unit: 'count' },
  { name: 'reads_per_second', unit: 'per_second' },
  { name: 'keys', unit: 'count' },
  { name: 'keys_without_ttl', unit: 'count' },
  { name: 'share_without_ttl', unit: 'percent' },
  { name: 'memory', jsonName: 'memory_bytes', unit: 'bytes' },
] as const satisfies readonly MetricTerm[];

/** The names of {@link CACHE_TERMS}. */
export type CacheTerm = (typeof CACHE_TERMS)[number]['name'];
/** The names of {@link GROUP_TERMS}. */
export type GroupTerm = (typeof GROUP_TERMS)[number]['name'];
