import { Ajv2020 } from 'ajv/dist/2020.js';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import repairSchema from '../../docs/schemas/stats-repair.v1.schema.json' with { type: 'json' };
import { startTestCluster } from '../support/cluster.ts';
import type { RedisNode } from '../../src/redis/types.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runBinary, startBinary } from '../support/run-binary.ts';
import { createSpecFolder } from '../support/spec-folder.ts';
import { until } from '../support/until.ts';

const ARGV = ['stats', '--by-prefix', '--only', 'hits', '--sample'] as const;

async function setting(node: RedisNode): Promise<string> {
  const reply = await node.call('CONFIG', 'GET', 'notify-keyspace-events');
  return Array.isArray(reply) ? String(reply[1]) : '';
}

/** Starts listening, and ends the process with no chance to do anything about it. */
async function kill(url: string, nodes: readonly RedisNode[]): Promise<void> {
  const before = await clients(nodes);
  const child = startBinary([...ARGV, '60s', '--url', url]);
  const hasBegun = async (): Promise<boolean> => {
    const texts = await Promise.all(nodes.map((node) => node.call('INFO', 'commandstats')));
    return texts.every((text) => String(text).includes('cmdstat_echo'));
  };
  await until(hasBegun);
  child.kill('SIGKILL');
  await once(child, 'close');
  for (const node of nodes) expect(await setting(node)).not.toBe('xK');
  // What had reached a server before is carried out; then its connections are gone.
  await until(async () => (await clients(nodes)) === before);
}

/** The connections of all servers. */
async function clients(nodes: readonly RedisNode[]): Promise<number> {
  const lists = await Promise.all(nodes.map((node) => node.call('CLIENT', 'LIST')));
  return lists.join('').split('\n').length;
}

async function changedServer(): Promise<TestRedis> {
  const redis = await startTestRedis();
  onTestFinished(() => redis.stop());
  await redis.call('CONFIG', 'SET', 'notify-keyspace-events', 'xK');
  return redis;
}

test('what a run killed with kill -9 has left is put back by the next run, and it says so', async () => {
  const redis = await changedServer();
  await kill(redis.url, [redis.node]);
  const { code, stderr } = await runBinary([...ARGV, '20ms', '--url', redis.url]);
  expect(code).toBe(0);
  expect(stderr).toMatch(/had left notify-keyspace-events of 127\.0\.0\.1:\d+ at "\S+": it is "xK" again/);
  expect(await setting(redis.node)).toBe('xK');
  expect(await redis.keys()).toEqual([]);
});

test('any stats puts it back, and counts neither the note nor a lookup of its own where nothing was left', async () => {
  const redis = await changedServer();
  await kill(`${redis.url}/5`, [redis.node]);
  const { code, stdout, stderr } = await runBinary(['stats', '--json', '--url', redis.url]);
  expect(code).toBe(0);
  expect(stderr).toMatch(/^warning: a run that was killed had left .* at "\S+": it is "xK" again\n$/);
  expect(JSON.parse(stdout)).toMatchObject({ keys: 0 });
  expect(await setting(redis.node)).toBe('xK');
  await redis.call('CONFIG', 'SET', 'notify-keyspace-events', 'Em');
  await redis.call('CONFIG', 'RESETSTAT');
  const again = await runBinary(['stats', '--json', '--url', redis.url]);
  expect(again).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(again.stdout)).toMatchObject({ hits: 0, misses: 0 });
});

test('a protected server is not changed by plain stats: it says what puts it back', async () => {
  const redis = await changedServer();
  await kill(redis.url, [redis.node]);
  const left = await setting(redis.node);
  const { folder, write, remove } = await createSpecFolder();
  onTestFinished(remove);
  await write(`version: 1\nconnections: { default: { url: "${redis.url}", protected: true } }\n`);
  const { code, stderr } = await runBinary(['stats'], { cwd: folder });
  expect(code).toBe(0);
  expect(stderr).toContain('put it back with cachectl stats --repair');
  expect(await setting(redis.node)).toBe(left);
});

test('a capture that still runs is left alone, silently', async () => {
  const redis = await changedServer();
  const child = startBinary([...ARGV, '60s', '--url', redis.url]);
  await until(async () => String(await redis.call('INFO', 'commandstats')).includes('cmdstat_echo'));
  const during = await setting(redis.node);
  const { code, stderr } = await runBinary(['stats', '--url', redis.url]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(await setting(redis.node)).toBe(during);
  child.kill('SIGINT');
  await once(child, 'close');
  expect(await setting(redis.node)).toBe('xK');
});

test('stats --repair puts it back without listening, in whichever database', async () => {
  const redis = await changedServer();
  await kill(`${redis.url}/5`, [redis.node]);
  const { code, stdout } = await runBinary(['stats', '--repair', '--url', redis.url]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^127\.0\.0\.1:\d+ {2}notify-keyspace-events was "\S+", and is "xK" again\n$/);
  expect(await setting(redis.node)).toBe('xK');
  expect(await redis.keys()).toEqual([]);
  expect((await runBinary(['stats', '--repair', '--url', redis.url])).stdout).toMatch(/nothing to repair\n$/);
});

test('the same on every primary of a cluster', async () => {
  const cluster = await startTestCluster();
  onTestFinished(() => cluster.stop());
  const nodes = cluster.primaries.map(({ node }) => node);
  for (const node of nodes) await node.call('CONFIG', 'SET', 'notify-keyspace-events', 'xK');
  await kill(cluster.url, nodes);
  const { code, stdout } = await runBinary(['stats', '--repair', '--json', '--url', cluster.url]);
  expect(code).toBe(0);
  const validate = new Ajv2020({ strict: true }).compile({ ...repairSchema, unevaluatedProperties: false });
  validate(JSON.parse(stdout));
  expect(validate.errors ?? []).toEqual([]);
  expect(JSON.parse(stdout)).toMatchObject({
    schema: 'cachectl/stats-repair/v1',
    servers: Array.from({ length: 3 }, () => ({ repaired: true, restored: 'xK' })),
  });
  for (const node of nodes) expect(await setting(node)).toBe('xK');
  expect(await cluster.keys()).toEqual([]);
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s puts it back at once', async (signal) => {
  const redis = await changedServer();
  const child = startBinary([...ARGV, '60s', '--url', redis.url]);
  await until(async () => String(await redis.call('INFO', 'commandstats')).includes('cmdstat_echo'));
  expect(await setting(redis.node)).not.toBe('xK');
  child.kill(signal);
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }[signal]);
  expect(await setting(redis.node)).toBe('xK');
  expect(await redis.keys()).toEqual([]);
});
