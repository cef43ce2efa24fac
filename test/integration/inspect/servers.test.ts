import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readKeys } from '../../../src/inspect/read-keys.ts';
import type { RedisClient, RedisNode } from '../../../src/redis/types.ts';
import { startDoomedRedis, startTestRedis, type TestRedis } from '../../support/redis.ts';
import { runMain } from '../../support/run-main.ts';

async function server(...args: Parameters<typeof startTestRedis>): Promise<TestRedis> {
  const redis = await startTestRedis(...args);
  onTestFinished(() => redis.stop());
  return redis;
}

/** The URL of a server with a user and password in it. */
const as = (redis: TestRedis, user: string, password: string): string =>
  redis.url.replace('redis://', `redis://${user}:${password}@`);

async function onlyKey(argv: readonly string[]): Promise<Record<string, unknown>> {
  const { code, stdout } = await runMain(['inspect', '--json', ...argv]);
  expect(code).toBe(0);
  const document = JSON.parse(stdout) as { keys: Record<string, unknown>[] };
  expect(document.keys).toHaveLength(1);
  return document.keys[0] ?? {};
}

test('shows the frequency of use instead of the idle time where the eviction policy is LFU', async () => {
  const redis = await server(['--maxmemory-policy', 'allkeys-lfu']);
  await redis.call('SET', 'a', 'x');
  const { stdout } = await runMain(['inspect', 'a', '--url', redis.url]);
  expect(stdout).toMatch(/^frequency {2}\d+ of 255$/m);
  expect(stdout).not.toMatch(/^idle/m);
  expect(await onlyKey(['a', '--url', redis.url])).toMatchObject({
    idle_seconds: null,
    frequency: expect.any(Number) as number,
  });
});

test('leaves out what the user may not ask for', async () => {
  const redis = await server();
  await redis.call('SET', 'a', 'x');
  await redis.call('ACL', 'SETUSER', 'reader', 'on', '>secret', '~*', '+@all', '-object', '-memory');
  const url = as(redis, 'reader', 'secret');
  expect(await runMain(['inspect', 'a'], { env: { CACHECTL_URL: url } })).toEqual({
    code: 0,
    stdout:
      'key     a\nexists  yes\ntype    string\nTTL     none, never expires\nlength  1 byte\nvalue   x\n',
    stderr: '',
  });
  expect(await onlyKey(['a', '--url', url])).toMatchObject({
    encoding: null,
    memory_bytes: null,
    idle_seconds: null,
    frequency: null,
    length: 1,
  });
});

test('is refused with exit 4 where the user may not read the value, and shows the rest with --no-value', async () => {
  const redis = await server();
  await redis.call('SET', 'a', 'x');
  await redis.call(
    'ACL',
    'SETUSER',
    'watcher',
    'on',
    '>secret',
    '~*',
    '+@connection',
    '+type',
    '+pttl',
    '+object',
    '+memory',
    '+info',
  );
  const url = as(redis, 'watcher', 'secret');
  const refused = await runMain(['inspect', 'a'], { env: { CACHECTL_URL: url } });
  expect(refused).toMatchObject({ code: 4, stdout: '' });
  expect(refused.stderr).toContain('error: the Redis user may not do this: ');
  expect(await onlyKey(['a', '--no-value', '--url', url])).toMatchObject({
    exists: true,
    type: 'string',
    length: null,
    value: null,
  });
});

test('a wrong password is exit 4, and is never shown', async () => {
  const redis = await server(['--requirepass', 'right'], { password: 'right' });
  const result = await runMain(['inspect', 'a', '--url', as(redis, '', 'swordfish')]);
  expect(result).toMatchObject({ code: 4, stdout: '' });
  expect(result.stderr).toContain('does not accept this user and password');
  expect(result.stderr).not.toContain('swordfish');
});

test('a server that is down is exit 3, or 0 with --on-unavailable skip', async () => {
  const redis = await startDoomedRedis();
  await redis.stop();
  const failed = await runMain(['inspect', 'a', '--json', '--url', redis.url]);
  expect(failed.code).toBe(3);
  expect(JSON.parse(failed.stdout)).toMatchObject({ error: { code: 'redis.refused' } });
  expect((await runMain(['inspect', 'a', '--on-unavailable', 'skip', '--url', redis.url])).code).toBe(0);
});

test('keys are logical: the layout’s prefix goes in front, and both are shown', async () => {
  const redis = await server();
  await redis.call('SET', 'shop:a', 'x');
  const folder = await mkdtemp(path.join(tmpdir(), 'cachectl-inspect-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(
    path.join(folder, 'cachectl.yaml'),
    'version: 1\nlayout: { type: plain, prefix: "shop:" }\n',
  );
  const { stdout } = await runMain(['inspect', 'a', '--url', redis.url], { cwd: folder });
  expect(stdout).toMatch(/^key {11}a\nphysical key {2}shop:a\nexists {8}yes\n/);
});

test('--to leaves a file as it is where there is nothing to write, and empties it for an empty value', async () => {
  const redis = await server();
  const folder = await mkdtemp(path.join(tmpdir(), 'cachectl-inspect-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'value.bin');
  await writeFile(file, 'old');
  const save = (key: string) => runMain(['inspect', key, '--raw-value', '--to', file, '--url', redis.url]);
  expect((await save('nobody')).code).toBe(5);
  expect(await readFile(file, 'utf8')).toBe('old');
  await redis.call('SET', 'empty', '');
  expect((await save('empty')).code).toBe(0);
  expect(await readFile(file, 'utf8')).toBe('');
});

test('--to - is stdout, and a place that takes no file is said so', async () => {
  const redis = await server();
  await redis.call('SET', 'text', 'no line feed');
  const to = (place: string) =>
    runMain(['inspect', 'text', '--raw-value', '--to', place, '--url', redis.url]);
  expect(await to('-')).toEqual({ code: 0, stdout: 'no line feed', stderr: '' });
  expect(await to(tmpdir())).toEqual({
    code: 2,
    stdout: '',
    stderr: `error: ${tmpdir()} cannot be written: it is a folder\n`,
  });
});

/** The real server, with something done to it between the first question and the second. */
function clientWithInterruption(node: RedisNode, interrupt: () => Promise<unknown>): RedisClient {
  let calls = 0;
  const interrupted: RedisNode = {
    ...node,
    pipeline: async (commands) => {
      if (++calls === 2) await interrupt();
      return node.pipeline(commands);
    },
  };
  return {
    target: { connectionName: undefined, location: 'test/0', name: 'test', protected: false, database: 0 },
    primaries: () => Promise.resolve([interrupted]),
    kind: 'single',
    readers: () => Promise.reject(new Error('nothing here reads all keys')),
    servers: () => Promise.resolve([]),
    nodesFor: (keys) => Promise.resolve([{ node: interrupted, indexes: [...keys.keys()] }]),
    walk: async function* () {
      // Nothing here walks keys.
    },
    sweep: () => Promise.reject(new Error('nothing here removes keys')),
    close: () => Promise.resolve(),
  };
}

const request = {
  limits: { maxBytes: 100, maxItems: 10 },
  clock: { now: () => 0, monotonicMs: () => 0 },
};

test('a key that vanishes while it is being looked at does not exist', async () => {
  const redis = await server();
  await redis.call('SET', 'a', 'x');
  await redis.call('SET', 'b', 'y');
  const client = clientWithInterruption(redis.node, () => redis.call('DEL', 'a'));
  const [a, b] = await readKeys(client, [Buffer.from('a'), Buffer.from('b')], request);
  expect(a).toEqual({ exists: false });
  expect(b).toMatchObject({ exists: true, length: 1 });
});

test('a key that gets another type while it is being looked at is shown as what it became', async () => {
  const redis = await server();
  await redis.call('SET', 'a', 'x');
  const client = clientWithInterruption(redis.node, async () => {
    await redis.call('DEL', 'a');
    await redis.call('RPUSH', 'a', 'one');
  });
  const [a] = await readKeys(client, [Buffer.from('a')], request);
  expect(a).toMatchObject({ exists: true, type: 'list', length: 1, content: { kind: 'list' } });
});
