import { expect, test } from 'vitest';
import { parseInfo } from '../../../src/redis/info.ts';
import { combine } from '../../../src/stats/combine.ts';
import { figuresFromInfo, hitRatePercent } from '../../../src/stats/figures.ts';

const info = parseInfo(
  [
    '# Server',
    'redis_version:7.0.15',
    'uptime_in_seconds:100',
    'connected_clients:3',
    'used_memory:1000',
    'used_memory_peak:2000',
    'maxmemory:0',
    'maxmemory_policy:noeviction',
    'keyspace_hits:90',
    'keyspace_misses:10',
    'evicted_keys:1',
    'expired_keys:2',
    'instantaneous_ops_per_sec:7',
    'role:master',
    'db1:keys=5,expires=3,avg_ttl=0',
    'db10:keys=1,expires=1,avg_ttl=0',
  ].join('\r\n'),
);

test('figures are read from INFO, keys only of the connection’s database', () => {
  expect(figuresFromInfo(info, 1)).toEqual({
    server: 'redis',
    version: '7.0.15',
    role: 'primary',
    hits: 90,
    misses: 10,
    keys: 5,
    keysWithoutTtl: 2,
    memoryUsedBytes: 1000,
    memoryPeakBytes: 2000,
    maxmemoryBytes: null,
    maxmemoryPolicy: 'noeviction',
    evicted: 1,
    evictedPerSecond: 0.01,
    expiredPerSecond: 0.02,
    readsPerSecond: 1,
    commands: null,
    runId: null,
    expired: 2,
    operationsPerSecond: 7,
    clients: 3,
    uptimeSeconds: 100,
  });
});

test('a database without a line is empty', () => {
  expect(figuresFromInfo(info, 0)).toMatchObject({ keys: 0, keysWithoutTtl: 0 });
});

test('Valkey is told from Redis, and its own version from the compatible one', () => {
  const valkey = parseInfo('redis_version:7.2.4\nserver_name:valkey\nvalkey_version:8.1.0\nrole:slave');
  expect(figuresFromInfo(valkey, 0)).toMatchObject({ server: 'valkey', version: '8.1.0', role: 'replica' });
});

test('what a server hides is null', () => {
  expect(figuresFromInfo(parseInfo(''), 0)).toMatchObject({
    server: null,
    hits: null,
    keys: null,
    role: null,
  });
});

test('the hit rate has one decimal, and is null before any read', () => {
  expect(hitRatePercent({ hits: 2, misses: 1 })).toBe(66.7);
  expect(hitRatePercent({ hits: 0, misses: 4 })).toBe(0);
  expect(hitRatePercent({ hits: 0, misses: 0 })).toBeNull();
  expect(hitRatePercent({ hits: null, misses: 4 })).toBeNull();
});

test('several primaries add up, and the hit rate is weighted by their reads', () => {
  const first = figuresFromInfo(info, 1);
  const busy = { ...first, hits: 0, misses: 9_900, uptimeSeconds: 50, version: '7.2.0', maxmemoryBytes: 10 };
  const all = combine([first, busy]);
  expect(all).toMatchObject({
    hits: 90,
    misses: 9_910,
    keys: 10,
    clients: 6,
    memoryUsedBytes: 2000,
    maxmemoryBytes: null,
    uptimeSeconds: 50,
    version: '7.0.15, 7.2.0',
    role: 'primary',
  });
  expect(hitRatePercent(all)).toBe(0.9);
});

test('one primary alone stays as it is', () => {
  const only = figuresFromInfo(info, 1);
  expect(combine([only])).toEqual(only);
});
