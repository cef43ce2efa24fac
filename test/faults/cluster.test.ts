import { afterEach, expect, test } from 'vitest';
import type { RedisCommand } from '../../src/redis/types.ts';
import { startTestCluster, type ClusterServer, type TestCluster } from '../support/cluster.ts';
import { startOrigin } from '../support/http-origin.ts';
import { moveSlots } from '../support/move-slots.ts';
import { killServer } from '../support/restart.ts';
import { runMain } from '../support/run-main.ts';
import { createSpecFolder } from '../support/spec-folder.ts';
import { until } from '../support/until.ts';

const KEYS = 200_000;
const BATCH = 5_000;

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function startCluster(...shape: Parameters<typeof startTestCluster>): Promise<TestCluster> {
  const cluster = await startTestCluster(...shape);
  cleanups.push(cluster.stop);
  return cluster;
}

/** Half of the keys are users' and half are products'; gives the names of the products' keys, sorted. */
async function fill(cluster: TestCluster, count: number): Promise<readonly string[]> {
  const stays: string[] = [];
  const [node] = await cluster.client.primaries();
  for (let start = 0; start < count; start += BATCH) {
    const commands = Array.from({ length: BATCH }, (_, i): RedisCommand => {
      const key = `${(start + i) % 2 === 0 ? 'user' : 'product'}:${start + i}`;
      if (key.startsWith('product')) stays.push(key);
      return ['SET', key, 'value'];
    });
    await node?.pipeline(commands);
  }
  return stays.sort();
}

async function total(servers: readonly ClusterServer[]): Promise<number> {
  const sizes = await Promise.all(servers.map(({ node }) => node.call('DBSIZE').catch(() => 0)));
  return sizes.reduce<number>((sum, size) => sum + Number(size), 0);
}

/** Makes its replica the primary in place of one that is gone, without waiting until the others take it for gone. */
async function takeOver({ node }: ClusterServer): Promise<void> {
  const isPrimary = async (): Promise<boolean> => String(await node.call('ROLE')).startsWith('master');
  await until(async () => {
    if (!(await isPrimary())) await node.call('CLUSTER', 'FAILOVER', 'TAKEOVER').catch(() => undefined);
    return isPrimary();
  });
}

function slotsOf(index: number, primaries: number): readonly [first: number, last: number] {
  return [Math.floor((index * 16_384) / primaries), Math.floor(((index + 1) * 16_384) / primaries) - 1];
}

test('a failover in the middle of clear leaves exactly the keys that should remain', async () => {
  const cluster = await startCluster({ primaries: 3, replicas: 1 });
  const stays = await fill(cluster, KEYS);
  const [victim] = cluster.primaries;
  const [heir] = cluster.replicas;
  if (victim === undefined || heir === undefined) throw new Error('no primary with a replica');
  await cluster.replicated();
  const full = await total([victim]);
  let said = '';
  const running = runMain(['clear', '--pattern', 'user:*', '--json', '-v'], {
    env: { CACHECTL_URL: cluster.url },
    onStderr: (text) => (said = text),
  });
  // Of the one that is killed: what the others are at does not say that it still has something to do.
  await until(async () => (await total([victim])) < full - 1_000);
  await killServer(victim.server);
  await until(() => said.includes('waiting for'));
  await takeOver(heir);
  const run = await running;
  expect(JSON.parse(run.stdout)).toMatchObject({ unreachable: [], failure: null });
  expect(run.code).toBe(0);
  expect(await cluster.keys()).toEqual(stays);
});

test('a failover in the middle of a count counts every key once', async () => {
  const cluster = await startCluster({ primaries: 3, replicas: 1 });
  await fill(cluster, 20_000);
  await cluster.replicated();
  const [victim] = cluster.primaries;
  const [heir] = cluster.replicas;
  if (victim === undefined || heir === undefined) throw new Error('no primary or no replica');
  const before = await cluster.keys();
  const { signal } = new AbortController();
  const walk = cluster.client.walk({ count: 50, each: 'once' }, signal, ({ error }) => {
    throw error;
  });
  const names: string[] = [];
  let killed: Promise<void> | undefined;
  for await (const { keys } of walk) {
    names.push(...keys.map(String));
    killed ??= killServer(victim.server).then(() => takeOver(heir));
    await killed;
  }
  expect(names.sort()).toEqual(before);
});

test('slots that move in the middle of clear leave exactly the keys that should remain', async () => {
  const cluster = await startCluster({ primaries: 3 });
  const stays = await fill(cluster, KEYS);
  const [first, second, third] = cluster.primaries;
  if (first === undefined || second === undefined || third === undefined) throw new Error('no primaries');
  const running = runMain(['clear', '--pattern', 'user:*', '--json', '-v'], {
    env: { CACHECTL_URL: cluster.url },
  });
  await until(async () => (await total(cluster.primaries)) < KEYS - 2_000);
  const [from] = slotsOf(0, 3);
  const some = (start: number, count: number): readonly number[] =>
    Array.from({ length: count }, (_, i) => start + i);
  // One reshard at a time: two at once can make Redis itself drop a slot's keys.
  await moveSlots(first, second, cluster.primaries, some(from, 150));
  await moveSlots(third, first, cluster.primaries, some(slotsOf(2, 3)[0], 150));
  const run = await running;
  expect(run.stderr).toMatch(/slots have moved: walking .* again/);
  expect(JSON.parse(run.stdout)).toMatchObject({ unreachable: [], failure: null });
  expect(run.code).toBe(0);
  expect(await cluster.keys()).toEqual(stays);
});

test('slots that are moving while clear begins and ends are followed, key by key', async () => {
  const cluster = await startCluster({ primaries: 2 });
  const stays = await fill(cluster, 20_000);
  const [first, second] = cluster.primaries;
  if (first === undefined || second === undefined) throw new Error('no primaries');
  // Half of a slot's keys are here and half there, as a migration that is under way has them.
  for (let slot = 0; slot < 50; slot++) {
    await second.node.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', first.id);
    await first.node.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', second.id);
    const keys = (await first.node.call('CLUSTER', 'GETKEYSINSLOT', slot, 2)) as readonly Buffer[];
    if (keys.length > 0)
      await first.node.call('MIGRATE', '127.0.0.1', second.server.port, '', 0, 5_000, 'KEYS', ...keys);
  }
  const run = await runMain(['clear', '--pattern', 'user:*', '--json'], {
    env: { CACHECTL_URL: cluster.url },
  });
  expect(JSON.parse(run.stdout)).toMatchObject({ removed: 10_000, failure: null });
  expect(run.code).toBe(0);
  expect(await cluster.keys()).toEqual(stays);
});

test('slots that move in the middle of warm are followed, write by write', async () => {
  const targets = 2_000;
  const cluster = await startCluster({ primaries: 2 });
  const [first, second] = cluster.primaries;
  if (first === undefined || second === undefined) throw new Error('no primaries');
  const slots = Array.from({ length: 200 }, (_, slot) => slot);
  const begin = async (): Promise<void> => {
    for (const slot of slots) {
      await second.node.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', first.id);
      await first.node.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', second.id);
    }
  };
  let begun: Promise<void> | undefined;
  let moved: Promise<void> | undefined;
  // Late enough that writes go out in bulk; what comes later is written while slots are on their way, or have gone.
  // An answer waits as long as the slots take, which is long where the machine is slow.
  const origin = await startOrigin({
    '*': (request, response) => {
      const number = origin.requests.length;
      if (number >= 700) begun ??= begin();
      if (number >= 1_200) moved ??= begun?.then(() => moveSlots(first, second, cluster.primaries, slots));
      void (moved ?? begun ?? Promise.resolve()).then(() => response.end(`body of ${request.url}`));
    },
  });
  const spec = await createSpecFolder();
  cleanups.push(origin.stop, spec.remove);
  await spec.write(`version: 1
origin: { base_url: "${origin.url}" }
defaults: { ttl: 1h, retries: 0, timeout: 5m }
scopes: { s: { entries: [{ key: "k:{n}", path: "/{n}", tags: [all], foreach: { from: range, start: 1, end: ${targets}, as: n } }] } }
`);
  const run = await runMain(['warm', '--scope', 's', '--json', '-q', '--url', cluster.url], {
    cwd: spec.folder,
  });
  expect(run.stderr).toBe('');
  expect(JSON.parse(run.stdout)).toMatchObject({ stored: targets, failed: 0 });
  const names = Array.from({ length: targets }, (_, index) => `k:${index + 1}`);
  const keys = [...names, ...names.map((name) => `cachectl:warm:${name}`), 'cachectl:tag:all'];
  expect(await cluster.keys()).toEqual(keys.sort());
  const [node] = await cluster.client.primaries();
  const values = await node?.pipeline(names.map((name): RedisCommand => ['GET', name]));
  expect(values?.map(String)).toEqual(names.map((name) => `body of /${name.slice(2)}`));
  const lives = await node?.pipeline(keys.map((key): RedisCommand => ['PTTL', key]));
  expect(lives?.filter((life) => Number(life) <= 0)).toEqual([]);
  const refused = String(await first.node.call('INFO', 'errorstats'));
  expect(refused).toMatch(/errorstat_ASK:count=[1-9]/);
  expect(refused).toMatch(/errorstat_MOVED:count=[1-9]/);
});

test('a primary that cannot be reached is named, the rest is done, exit 5', async () => {
  const cluster = await startCluster({ primaries: 3, args: ['--cluster-require-full-coverage', 'no'] });
  await fill(cluster, 15_000);
  const [dead, ...alive] = cluster.primaries;
  if (dead === undefined) throw new Error('no primary');
  // Until it is gone, it takes connections, and closes them instead of refusing.
  await killServer(dead.server);
  const env = { CACHECTL_URL: cluster.url };
  const run = await runMain(['clear', '--pattern', 'user:*', '--command-timeout', '2s'], { env });
  expect(run.code).toBe(5);
  expect(run.stdout).toMatch(/^Removed [\d,]+ keys from /);
  expect(run.stdout).toContain(
    `Not looked at: ${dead.address}: Redis at ${dead.address} refused the connection\n`,
  );
  for (const { node } of alive) {
    const left = (await node.call('KEYS', 'user:*')) as readonly Buffer[];
    expect(left).toEqual([]);
  }
  const stats = await runMain(['stats', '--json'], { env });
  expect(stats.code).toBe(5);
  expect(JSON.parse(stats.stdout)).toMatchObject({ primaries: 2, unreachable: [{ address: dead.address }] });
  const ping = await runMain(['ping', '--json'], { env });
  expect(ping.code).toBe(5);
});

test('a cluster that is gone altogether is told as such, exit 3', async () => {
  const cluster = await startCluster({ primaries: 2 });
  for (const { server } of cluster.primaries) await killServer(server);
  const run = await runMain(['clear', '--pattern', 'user:*'], { env: { CACHECTL_URL: cluster.url } });
  expect(run.code).toBe(3);
  expect(run.stderr).toMatch(/^error: Redis at 127\.0\.0\.1:\d+ refused the connection\n/);
});
