import { infoNumber, keyspaceOf, type ServerInfo } from '../redis/info.ts';

/**
 * What one server, or several together, say of themselves. Counters run since the server started.
 * `null`: the server does not tell (managed services hide some), or there is none.
 */
export interface Figures {
  readonly server: 'redis' | 'valkey' | null;
  readonly version: string | null;
  readonly role: 'primary' | 'replica' | null;
  readonly hits: number | null;
  readonly misses: number | null;
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
  readonly expired: number | null;
  readonly operationsPerSecond: number | null;
  readonly clients: number | null;
  readonly uptimeSeconds: number | null;
}

/** Reads the figures of one server out of its INFO. */
export function figuresFromInfo(info: ServerInfo, database: number): Figures {
  const number = (field: string): number | null => infoNumber(info, field) ?? null;
  const keyspace = keyspaceOf(info, database);
  return {
    server: info.has('valkey_version') ? 'valkey' : info.has('redis_version') ? 'redis' : null,
    // Valkey also names the Redis version that it is compatible with, as redis_version.
    version: info.get('valkey_version') ?? info.get('redis_version') ?? null,
    role: readRole(info.get('role')),
    hits: number('keyspace_hits'),
    misses: number('keyspace_misses'),
    keys: keyspace?.keys ?? null,
    keysWithoutTtl: keyspace === undefined ? null : keyspace.keys - keyspace.expires,
    memoryUsedBytes: number('used_memory'),
    memoryPeakBytes: number('used_memory_peak'),
    maxmemoryBytes: number('maxmemory') || null,
    maxmemoryPolicy: info.get('maxmemory_policy') ?? null,
    evicted: number('evicted_keys'),
    expired: number('expired_keys'),
    operationsPerSecond: number('instantaneous_ops_per_sec'),
    clients: number('connected_clients'),
    uptimeSeconds: number('uptime_in_seconds'),
  };
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
