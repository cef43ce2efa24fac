import type { Figures } from './figures.ts';

/**
 * Several primaries as one cache: counters and sizes add up, and rates are then made from the sums, so
 * that a busy server weighs more than an idle one. A figure that one server hides is unknown for all.
 */
export function combine(all: readonly [Figures, ...Figures[]]): Figures {
  const sum = (pick: (figures: Figures) => number | null): number | null =>
    all.map(pick).reduce((total, value) => (total === null || value === null ? null : total + value));
  const uptimes = all.map((figures) => figures.uptimeSeconds);
  return {
    server: same(all.map((figures) => figures.server)),
    version: distinct(all.map((figures) => figures.version)),
    role: same(all.map((figures) => figures.role)),
    hits: sum((figures) => figures.hits),
    misses: sum((figures) => figures.misses),
    readsPerSecond: sum((figures) => figures.readsPerSecond),
    keys: sum((figures) => figures.keys),
    keysWithoutTtl: sum((figures) => figures.keysWithoutTtl),
    memoryUsedBytes: sum((figures) => figures.memoryUsedBytes),
    memoryPeakBytes: sum((figures) => figures.memoryPeakBytes),
    // One server without a limit makes the whole unlimited.
    maxmemoryBytes: sum((figures) => figures.maxmemoryBytes),
    maxmemoryPolicy: distinct(all.map((figures) => figures.maxmemoryPolicy)),
    evicted: sum((figures) => figures.evicted),
    evictedPerSecond: sum((figures) => figures.evictedPerSecond),
    expired: sum((figures) => figures.expired),
    expiredPerSecond: sum((figures) => figures.expiredPerSecond),
    operationsPerSecond: sum((figures) => figures.operationsPerSecond),
    commands: sum((figures) => figures.commands),
    runId: null,
    clients: sum((figures) => figures.clients),
    // The counters reach back only as far as the youngest server.
    uptimeSeconds: uptimes.reduce((least, value) =>
      least === null || value === null ? null : Math.min(least, value),
    ),
  };
}

function same<Value>(values: readonly (Value | null)[]): Value | null {
  const first = values[0] ?? null;
  return values.every((value) => value === first) ? first : null;
}

function distinct(values: readonly (string | null)[]): string | null {
  const names = [...new Set(values.filter((value) => value !== null))];
  return names.length === 0 ? null : names.join(', ');
}
