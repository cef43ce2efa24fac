import { infoNumber, keyspaceOf, type ServerInfo } from '../redis/info.ts';

/**
 * What one server, or several together, say of themselves. Counters run since the server started, or over a
 * window (see window.ts). `null`: the server does not tell (managed services hide some), or there is none.
 */
export interface Figures {
  readonly server: 'redis' | 'valkey' | null;
  readonly version: string | null;
  readonly role: 'primary' | 'replica' | null;
  readonly hits: number | null;
  readonly misses: number | null;
  readonly readsPerSecond: number | null;
  /** Of the connection's database. */
  readonly keys: number | null;
  /** Of the connection's database. */
  readonly keysWithoutTtl: number | null;
  readonly memoryUsedBytes: number | null;
  readonly memoryPeakBytes: number | null;
  /** `null` also where memory is not limited. */
  readonly maxmemoryBytes: number | null;
  readonly maxmemoryPolicy: string | null;
  readonly evicted: number | null;
  readonly evictedPerSecond: number | null;
  readonly expired: number | null;
  readonly expiredPerSecond: number | null;
  /** At this moment, as the server has it; over a window, of the window. */
  readonly operationsPerSecond: number | null;
  readonly clients: number | null;
  readonly uptimeSeconds: number | null;
  /** Commands carried out. */
  readonly commands: number | null;
  /** Changes whenever the server starts. */
  readonly runId: string | null;
}

/** Reads the figures of one server out of its INFO. */
export function figuresFromInfo(info: ServerInfo, database: number): Figures {
  const number = (field: string): number | null => infoNumber(info, field) ?? null;
  const keyspace = keyspaceOf(info, database);
  const hits = number('keyspace_hits');
  const misses = number('keyspace_misses');
  const uptimeSeconds = number('uptime_in_seconds');
  // Whole seconds: a server that has just started says 0.
  const sinceStart = uptimeSeconds === null ? null : Math.max(1, uptimeSeconds);
  const evicted = number('evicted_keys');
  const expired = number('expired_keys');
  return {
    server: info.has('valkey_version') ? 'valkey' : info.has('redis_version') ? 'redis' : null,
    // Valkey also names the Redis version that it is compatible with, as redis_version.
    version: info.get('valkey_version') ?? info.get('redis_version') ?? null,
    role: readRole(info.get('role')),
    hits,
    misses,
    readsPerSecond: hits === null || misses === null ? null : perSecond(hits + misses, sinceStart),
    keys: keyspace?.keys ?? null,
    keysWithoutTtl: keyspace === undefined ? null : keyspace.keys - keyspace.expires,
    memoryUsedBytes: number('used_memory'),
    memoryPeakBytes: number('used_memory_peak'),
    maxmemoryBytes: number('maxmemory') || null,
    maxmemoryPolicy: info.get('maxmemory_policy') ?? null,
    evicted,
    evictedPerSecond: perSecond(evicted, sinceStart),
    expired,
    expiredPerSecond: perSecond(expired, sinceStart),
    operationsPerSecond: number('instantaneous_ops_per_sec'),
    clients: number('connected_clients'),
    uptimeSeconds,
    commands: number('total_commands_processed'),
    runId: info.get('run_id') ?? null,
  };
}

/** A count as a rate, to the hundredth. */
export function perSecond(count: number | null, seconds: number | null): number | null {
  if (count === null || seconds === null) return null;
  return Math.round((count / seconds) * 100) / 100;
}

/** Reads in percent that found their key, with one decimal; `null` before any read. */
export function hitRatePercent({ hits, misses }: Pick<Figures, 'hits' | 'misses'>): number | null {
  if (hits === null || misses === null || hits + misses === 0) return null;
  return Math.round((hits / (hits + misses)) * 1_000) / 10;
}

function readRole(role: string | undefined): Figures['role'] {
  if (role === 'master') return 'primary';
  return role === 'slave' ? 'replica' : null;
}
