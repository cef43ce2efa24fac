import { describe, expect, onTestFinished, test } from 'vitest';
import type { RedisClient } from '../../../src/redis/types.ts';
import { startTestCluster } from '../../support/cluster.ts';
import { connectTo, startTestRedis, type TestRedis } from '../../support/redis.ts';
import { runMain } from '../../support/run-main.ts';
import { createSpecFolder } from '../../support/spec-folder.ts';
import { until } from '../../support/until.ts';

async function server(...args: Parameters<typeof startTestRedis>): Promise<TestRedis> {
  const redis = await startTestRedis(...args);
  onTestFinished(() => redis.stop());
  return redis;
}

interface GroupJson {
  readonly group: string | null;
  readonly hit_rate: number | null;
  readonly keys: number | null;
  readonly keys_without_ttl: number | null;
  readonly memory_bytes: number | null;
}
interface Report {
  readonly hit_rate: number;
  readonly groups: readonly GroupJson[];
  readonly capture: {
    readonly deviation_percent: number;
    readonly reads_heard: number;
    readonly ended_by: string;
  };
}

/** Of how many reads of each group how many find their key. */
const PLAN = [
  { group: 'user', keys: 40, every: 10, hits: 7 },
  { group: 'page', keys: 10, every: 10, hits: 10 },
  { group: 'search', keys: 100, every: 4, hits: 1 },
] as const;

/** Reads known keys with known hits and misses, over and over, until it is told to stop. */
async function load(client: RedisClient, isOver: () => boolean): Promise<void> {
  const keys = PLAN.flatMap(({ group, keys: count }) =>
    Array.from({ length: count }, (_, index) => Buffer.from(`${group}:${index}`)),
  );
  for (const { node, indexes } of await client.nodesFor(keys)) {
    await node.pipeline(indexes.map((index) => ['SET', keys[index] ?? '', 'x', 'EX', 1_000] as const));
  }
  const round = PLAN.flatMap(({ group, keys: count, every, hits }) =>
    Array.from({ length: 200 }, (_, index) =>
      Buffer.from(index % every < hits ? `${group}:${index % count}` : `${group}:none:${index}`),
    ),
  );
  const shares = await client.nodesFor(round);
  while (!isOver()) {
    await Promise.all(
      shares.map(({ node, indexes }) =>
        node.pipeline(indexes.map((index) => ['GET', round[index] ?? ''] as const)),
      ),
    );
  }
}

async function measureUnderLoad(url: string, argv: readonly string[]): Promise<Report> {
  const client = await connectTo(url);
  onTestFinished(() => client.close());
  let isOver = false;
  const loading = load(client, () => isOver);
  // Until enough was heard, however long that takes here.
  const enough = ['--sample', '60s', '--max-events', '20000'];
  const result = await runMain(['stats', '--url', url, '--json', ...enough, ...argv]);
  isOver = true;
  await loading;
  expect(result.code).toBe(0);
  expect(result.stderr).toContain('with MONITOR for 1m or 20,000 commands');
  return JSON.parse(result.stdout) as Report;
}

function expectPlannedRates({ groups, capture }: Report): void {
  for (const { group, every, hits } of PLAN) {
    const measured = groups.find((candidate) => candidate.group === group)?.hit_rate ?? -100;
    expect(Math.abs(measured - (hits / every) * 100)).toBeLessThan(1);
  }
  expect(capture.reads_heard).toBeGreaterThan(1_000);
  expect(Math.abs(capture.deviation_percent)).toBeLessThan(0.5);
}

describe('hit rates by group, measured under load', () => {
  test('are right within a point on a single server', async () => {
    const redis = await server();
    const report = await measureUnderLoad(redis.url, ['--by-prefix']);
    expectPlannedRates(report);
    expect(report.groups.find(({ group }) => group === 'user')).toMatchObject({
      keys: 40,
      keys_without_ttl: 0,
    });
    expect(String(await redis.call('CONFIG', 'GET', 'notify-keyspace-events'))).toBe(
      'notify-keyspace-events,',
    );
  });

  test('are right within a point on a cluster', async () => {
    const cluster = await startTestCluster();
    onTestFinished(() => cluster.stop());
    expectPlannedRates(await measureUnderLoad(cluster.url, ['--by-prefix', '--only', 'hits']));
    for (const { node } of cluster.primaries) {
      expect(String(await node.call('CONFIG', 'GET', 'notify-keyspace-events'))).toBe(
        'notify-keyspace-events,',
      );
    }
  });
});

test('counts keys, memory and keys without TTL by prefix, to any depth and with any separator', async () => {
  const redis = await server();
  await redis.node.pipeline([
    ['SET', 'user:1:name', 'x'.repeat(1_000)],
    ['SET', 'user:2:name', 'x', 'EX', 100],
    ['SET', 'user:1:mail', 'x', 'EX', 100],
    ['SET', 'page/home', 'x'],
    ['SET', 'lonely', 'x'],
  ]);
  const groups = async (...argv: readonly string[]): Promise<readonly GroupJson[]> => {
    const { code, stdout, stderr } = await runMain([
      'stats',
      '--url',
      redis.url,
      '--json',
      '--by-prefix',
      '--only',
      'keys',
      ...argv,
    ]);
    expect([code, stderr]).toEqual([0, '']);
    return (JSON.parse(stdout) as Report).groups;
  };
  const counts = (all: readonly GroupJson[]) =>
    all.map(({ group, keys, keys_without_ttl }) => [group, keys, keys_without_ttl]);
  const byFirst = await groups();
  expect(counts(byFirst)).toEqual([
    ['user', 3, 1],
    [null, 2, 2],
  ]);
  expect(byFirst[0]?.memory_bytes).toBeGreaterThan(1_000);
  expect(byFirst[0]?.hit_rate).toBeNull();
  expect(counts(await groups('--depth', '2'))).toEqual([
    ['user:1', 2, 1],
    ['user:2', 1, 0],
    [null, 2, 2],
  ]);
  expect(counts(await groups('--separator', '/:'))).toEqual([
    ['user', 3, 1],
    ['page', 1, 1],
    [null, 1, 1],
  ]);
});

test('groups of the spec file are asserted on, and measured only as far as that takes', async () => {
  const redis = await server();
  const { folder, write, remove } = await createSpecFolder();
  onTestFinished(remove);
  await write(`version: 1
connections: { default: { url: "${redis.url}" } }
layout: { type: plain, prefix: "shop:" }
groups: { homepage: "home:*", users: ["user:*", "session:*"] }
`);
  await redis.call('MSET', 'shop:user:1', '1', 'shop:session:1', '1', 'shop:home:1', '1', 'user:1', '1');
  const keys = await runMain(
    ['stats', '--assert', 'users.keys == 2', '--assert', 'homepage.keys_without_ttl == 0'],
    {
      cwd: folder,
    },
  );
  expect(keys.stderr).toBe('');
  expect(keys.code).toBe(6);
  expect(keys.stdout).toMatch(/^pass {2}users\.keys == 2 +measured 2$/m);
  expect(keys.stdout).toMatch(/^FAIL {2}homepage\.keys_without_ttl == 0 +measured 1$/m);
  const hits = await runMain(['stats', '--assert', 'users.hit_rate >= 70', '--sample', '20ms'], {
    cwd: folder,
  });
  expect(hits.code).toBe(6);
  expect(hits.stdout).toContain('FAIL  users.hit_rate >= 70  measured no data (no reads in the window)');
});

test('does not count what the capture itself leaves for its time', async () => {
  const redis = await server();
  await redis.call('SET', 'user:1', 'x', 'EX', 100);
  const { stdout } = await runMain([
    ...['stats', '--url', redis.url, '--json', '--by-prefix', '--sample', '20ms'],
  ]);
  expect(JSON.parse(stdout)).toMatchObject({
    keys: 1,
    keys_without_ttl: 0,
    groups: [{ group: 'user', keys: 1 }],
  });
});

test('does not listen to a protected connection without --yes', async () => {
  const redis = await server();
  const { folder, write, remove } = await createSpecFolder();
  onTestFinished(remove);
  await write(`version: 1\nconnections: { default: { url: "${redis.url}", protected: true } }\n`);
  const refused = await runMain(['stats', '--by-prefix', '--sample', '20ms'], { cwd: folder });
  expect(refused).toMatchObject({ code: 7, stdout: '' });
  expect(refused.stderr).toContain('default is protected');
  expect((await runMain(['stats', '--by-prefix', '--only', 'keys'], { cwd: folder })).code).toBe(0);
  expect((await runMain(['stats', '--by-prefix', '--sample', '20ms', '--yes'], { cwd: folder })).code).toBe(
    0,
  );
});

test('ends with --max-events, and says so', async () => {
  const redis = await server();
  const client = await connectTo(redis.url);
  onTestFinished(() => client.close());
  let isOver = false;
  const loading = load(client, () => isOver);
  const { code, stdout } = await runMain([
    ...[
      'stats',
      '--url',
      redis.url,
      '--by-prefix',
      '--only',
      'hits',
      '--sample',
      '60s',
      '--max-events',
      '500',
    ],
  ]);
  isOver = true;
  await loading;
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^heard [\d,]+ reads in [\d,]+ commands within .* \(--max-events\); the servers counted [\d,]+, a deviation of 0%$/m,
  );
});

test('Ctrl-C while listening puts the setting back, and the report tells of what was heard', async () => {
  const redis = await server();
  let interrupt: (signal: 'SIGINT') => void = () => undefined;
  const running = runMain(['stats', '--url', redis.url, '--by-prefix', '--only', 'hits', '--sample', '60s'], {
    onStart: (send) => (interrupt = send),
  });
  await until(async () => /cmdstat_echo:calls=1/.test(String(await redis.call('INFO', 'commandstats'))));
  await redis.call('GET', 'user:1');
  interrupt('SIGINT');
  const { code, stdout } = await running;
  expect(code).toBe(130);
  expect(stdout).toMatch(/^user +0\.0%/m);
  expect(stdout).toContain('(interrupted)');
  expect(String(await redis.call('CONFIG', 'GET', 'notify-keyspace-events'))).toBe('notify-keyspace-events,');
  expect(await redis.keys()).toEqual([]);
});
