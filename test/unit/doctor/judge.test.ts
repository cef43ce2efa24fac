import { describe, expect, test } from 'vitest';
import { worst } from '../../../src/doctor/check.ts';
import type { ServerFacts } from '../../../src/doctor/facts.ts';
import {
  judgeClients,
  judgeClock,
  judgeFragmentation,
  judgeHitRate,
  judgeMemory,
  judgePersistence,
  judgeSlowLog,
  judgeTtl,
  redisCli,
} from '../../../src/doctor/judge.ts';

const NOW_MS = 1_700_000_000_000;

function facts(
  info: Readonly<Record<string, string | number>>,
  more: Partial<ServerFacts> = {},
): ServerFacts {
  return {
    address: '10.0.0.1:6379',
    database: 0,
    info: new Map(Object.entries(info).map(([name, value]) => [name, String(value)])),
    slow: [],
    clockDifferenceMs: 0,
    nowMs: NOW_MS,
    ...more,
  };
}

const GB = 1024 ** 3;

describe('a server is judged by its figures:', () => {
  test.each([
    ['clocks agree', judgeClock(facts({})), 'passed'],
    ['clocks two seconds apart', judgeClock(facts({}, { clockDifferenceMs: -2_000 })), 'warning'],
    ['clocks a minute apart', judgeClock(facts({}, { clockDifferenceMs: 60_000 })), 'failed'],
    ['no clock to be seen', judgeClock(facts({}, { clockDifferenceMs: undefined })), 'skipped'],
    ['no snapshot', judgePersistence(facts({ loading: 0, rdb_last_bgsave_status: 'ok' })), 'passed'],
    ['a failed snapshot', judgePersistence(facts({ loading: 0, rdb_last_bgsave_status: 'err' })), 'failed'],
    ['loading', judgePersistence(facts({ loading: 1 })), 'failed'],
    ['no limit of memory', judgeMemory(facts({ used_memory: GB, maxmemory: 0 })), 'warning'],
    [
      'room, and a policy',
      judgeMemory(facts({ used_memory: GB, maxmemory: 4 * GB, maxmemory_policy: 'allkeys-lru' })),
      'passed',
    ],
    [
      'room, and no eviction',
      judgeMemory(facts({ used_memory: GB, maxmemory: 4 * GB, maxmemory_policy: 'noeviction' })),
      'warning',
    ],
    [
      'no room, and no eviction',
      judgeMemory(facts({ used_memory: 3.9 * GB, maxmemory: 4 * GB, maxmemory_policy: 'noeviction' })),
      'failed',
    ],
    [
      'little memory, torn to pieces',
      judgeFragmentation(facts({ used_memory: 1e6, mem_fragmentation_ratio: 9 })),
      'passed',
    ],
    [
      'much memory, torn to pieces',
      judgeFragmentation(facts({ used_memory: GB, mem_fragmentation_ratio: 2 })),
      'warning',
    ],
    [
      'memory swapped out',
      judgeFragmentation(facts({ used_memory: GB, mem_fragmentation_ratio: 0.5 })),
      'warning',
    ],
    ['few reads', judgeHitRate(facts({ keyspace_hits: 0, keyspace_misses: 99 }), 80), 'passed'],
    ['enough hits', judgeHitRate(facts({ keyspace_hits: 80, keyspace_misses: 20 }), 80), 'passed'],
    ['too few hits', judgeHitRate(facts({ keyspace_hits: 79, keyspace_misses: 21 }), 80), 'warning'],
    ['keys that expire', judgeTtl(facts({ db0: 'keys=100,expires=80' })), 'passed'],
    ['keys that stay', judgeTtl(facts({ db0: 'keys=100,expires=79' })), 'warning'],
    ['no keys', judgeTtl(facts({ uptime: 1 })), 'passed'],
    ['a hidden keyspace', judgeTtl(facts({})), 'skipped'],
    [
      'slow a day ago',
      judgeSlowLog(facts({}, { slow: [{ atMs: NOW_MS - 9e7, tookMs: 50, name: 'KEYS' }] })),
      'passed',
    ],
    [
      'slow just now',
      judgeSlowLog(facts({}, { slow: [{ atMs: NOW_MS - 9e4, tookMs: 50, name: 'KEYS' }] })),
      'warning',
    ],
    ['a few clients', judgeClients(facts({ connected_clients: 5, maxclients: 100 })), 'passed'],
    ['many clients', judgeClients(facts({ connected_clients: 81, maxclients: 100 })), 'warning'],
    [
      'refused clients',
      judgeClients(facts({ connected_clients: 5, maxclients: 100, rejected_connections: 1 })),
      'warning',
    ],
  ] as const)('%s', (_, finding, status) => {
    expect(finding.status).toBe(status);
    // Whoever is told of something wrong is told what to do, unless it passes by itself.
    if (status === 'warning') expect(finding.mend).toBeDefined();
  });

  test('the slowest command is named without its arguments', () => {
    const slow = [
      { atMs: NOW_MS, tookMs: 20, name: 'GET' },
      { atMs: NOW_MS, tookMs: 1_500, name: 'KEYS' },
    ];
    expect(judgeSlowLog(facts({}, { slow })).message).toBe(
      '2 slow commands in the last hour, the slowest KEYS with 1.5 s',
    );
  });
});

test.each([
  ['no snapshot since its start 30 s ago', 30, 30],
  ['last snapshot 10 s ago', 10, 30],
])('a server that has just started is not said to have saved: %s', (text, saved, uptime) => {
  const info = { loading: 0, rdb_last_save_time: NOW_MS / 1_000 - saved, uptime_in_seconds: uptime };
  expect(judgePersistence(facts(info)).message).toBe(`no append-only file; ${text}`);
});

test('of several servers the worst is told, with its address', () => {
  expect(
    worst([
      { address: 'a:1', finding: { status: 'skipped', message: 'x' } },
      { address: 'b:1', finding: { status: 'warning', message: 'y' } },
      { address: 'c:1', finding: { status: 'passed', message: 'z' } },
    ]),
  ).toEqual({ status: 'warning', message: 'b:1: y' });
});

test.each([
  ['10.0.0.1:6379', 'redis-cli -h 10.0.0.1 -p 6379 ping'],
  ['[::1]:7000', 'redis-cli -h ::1 -p 7000 ping'],
  ['/run/redis.sock', 'redis-cli -s /run/redis.sock ping'],
])('the line for redis-cli reaches %s', (address, line) => {
  expect(redisCli({ address }, 'ping')).toBe(line);
});
