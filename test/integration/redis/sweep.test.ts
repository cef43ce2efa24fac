import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { SweepRequest } from '../../../src/redis/sweep-request.ts';
import type { RedisClient } from '../../../src/redis/types.ts';
import { startTestCluster, type TestCluster } from '../../support/cluster.ts';
import { connectTo, startTestRedis, type TestRedis } from '../../support/redis.ts';

const freely: SweepRequest['pace'] = { count: (best) => best, pauseMs: () => 0 };
const never = new AbortController().signal;

function request(pattern: string | Buffer, changes: Partial<SweepRequest> = {}): SweepRequest {
  return { pattern: Buffer.from(pattern), pace: freely, onProgress: () => undefined, ...changes };
}

function sweep(client: RedisClient, what: SweepRequest, signal = never) {
  if (client.sweep === undefined) throw new Error('no sweep');
  return client.sweep(what, signal, ({ error }) => {
    throw error;
  });
}

describe('a sweep of one server', () => {
  let redis: TestRedis;
  let client: RedisClient;
  beforeAll(async () => {
    redis = await startTestRedis(['--unixsocket', 'redis.sock']);
    client = await connectTo(redis.url);
  });
  afterAll(async () => {
    await client.close();
    await redis.stop();
  });
  beforeEach(async () => {
    await redis.call('FLUSHALL');
  });

  async function fill(count: number, prefix = 'user:'): Promise<void> {
    for (let start = 0; start < count; start += 10_000) {
      const size = Math.min(10_000, count - start);
      await redis.call(
        'MSET',
        ...Array.from({ length: size }, (_, i) => [`${prefix}${start + i}`, 'v']).flat(),
      );
    }
  }

  test('removes what matches and counts it exactly, whatever bytes the keys are of', async () => {
    const odd = ['', '\r\n', 'a\r\n$3\r\nfoo\r\n', '*2\r\n', '\0', 'k'.repeat(300_000)].map((end) =>
      Buffer.from(`x${end}`),
    );
    const random = Array.from({ length: 3_000 }, () => Buffer.concat([Buffer.from('x'), randomBytes(20)]));
    for (const key of [...odd, ...random]) await redis.call('SET', key, 'v');
    await fill(5_000, 'y');
    await redis.call('SET', Buffer.concat([Buffer.from('x'), Buffer.alloc(10 * 1024 * 1024, 'k')]), 'v');
    const report = await sweep(client, request('x*'));
    expect(report).toEqual({ matched: 3_007, removed: 3_007, unconfirmed: 0, failure: undefined });
    expect(await redis.call('DBSIZE')).toBe(5_000);
  });

  test('goes through the table with several cursors at once where it is large, and misses nothing', async () => {
    await fill(150_000);
    await fill(50_000, 'other:');
    // One cursor waits for an answer before it asks for the next part, and is told of what it found before a third.
    let askedAtOnce = 0;
    let hasFound = false;
    const count = (best: number): number => {
      if (!hasFound) askedAtOnce++;
      return best;
    };
    const report = await sweep(
      client,
      request('user:*', { pace: { ...freely, count }, onProgress: () => (hasFound = true) }),
    );
    // Parts of the table overlap a little, and what one cursor has removed another may find again.
    expect(report).toMatchObject({ removed: 150_000, unconfirmed: 0, failure: undefined });
    expect(report.matched).toBeGreaterThanOrEqual(150_000);
    expect(report.matched).toBeLessThan(153_000);
    expect(await redis.call('DBSIZE')).toBe(50_000);
    expect(askedAtOnce).toBeGreaterThanOrEqual(4);
  });

  test('removes only what the client accepts of what the server matched', async () => {
    await fill(5_000);
    const report = await sweep(
      client,
      request('user:*', { accept: (key) => key.length === 'user:1'.length }),
    );
    expect(report).toMatchObject({ matched: 10, removed: 10 });
    expect(await redis.call('DBSIZE')).toBe(4_990);
  });

  test('stops at an abort without losing count', async () => {
    await fill(60_000);
    const controller = new AbortController();
    const onProgress = (removed: number): void => {
      if (removed > 10_000) controller.abort();
    };
    const report = await sweep(client, request('user:*', { onProgress }), controller.signal);
    expect(report.failure).toBe(undefined);
    expect(report.removed).toBeGreaterThan(10_000);
    expect(report.removed).toBeLessThan(20_000);
    expect(await redis.call('DBSIZE')).toBe(60_000 - report.removed);
  });

  test('begins again after its connection was lost, and removes the rest', async () => {
    await fill(60_000);
    let cut: Promise<unknown> | undefined;
    const onProgress = (removed: number): void => {
      if (removed > 5_000) cut ??= redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    };
    const report = await sweep(client, request('user:*', { onProgress }));
    await cut;
    expect(report.failure).toBe(undefined);
    expect(await redis.call('DBSIZE')).toBe(0);
    // What nobody answered for may have gone, and is not claimed.
    expect(60_000 - report.removed).toBeLessThanOrEqual(report.unconfirmed);
  });

  test('asks about as many keys of each reply as are wanted, before they go', async () => {
    const { keyCommand } = await import('../../../src/redis/resp/encode.ts');
    for (const [most, least] of [
      [[2, 2, 2, 2], 4],
      [[2, 0, 1, 0], 3],
    ] as const) {
      await fill(3_000);
      let asked = 0;
      let replies = 0;
      const look: SweepRequest['look'] = {
        commands: [keyCommand(['MEMORY', 'USAGE'])],
        keysAtOnce: () => most[replies++] ?? 0,
        receive: (sizes) => {
          for (let index = 0; index < sizes.length; index++) if ((sizes.integer(index) ?? 0) > 10) asked++;
        },
      };
      // Not what is best, which grows with the way to the server: on a busy machine that is all of them at once.
      const pace = { count: () => 500, pauseMs: () => 0 };
      expect(await sweep(client, request('user:*', { look, pace }))).toMatchObject({ removed: 3_000 });
      expect(replies).toBeGreaterThanOrEqual(3);
      expect(asked).toBe(most.slice(0, replies).reduce<number>((sum, count) => sum + count, 0));
      expect(asked).toBeGreaterThanOrEqual(least);
    }
  });

  test('works through a unix socket', async () => {
    await fill(2_000);
    const local = await connectTo(`unix://${redis.folder}/redis.sock`);
    expect(await sweep(local, request('user:*'))).toMatchObject({ removed: 2_000, failure: undefined });
    await local.close();
  });

  test('says why the server refuses', async () => {
    await redis.call('ACL', 'SETUSER', 'reader', 'on', '>pw', '~*', '+@read', '+ping', '+select', '+info');
    await fill(2_000);
    const reader = await connectTo(redis.url, { username: 'reader', password: 'pw' });
    const report = await sweep(reader, request('user:*'));
    expect(report).toMatchObject({
      removed: 0,
      failure: { code: 'redis.permission', exitCode: 4 },
    });
    await reader.close();
  });
});

test('a server that is too old to know UNLINK gets DEL', async () => {
  const redis = await startTestRedis(['--rename-command', 'UNLINK', '']);
  for (let i = 0; i < 2_500; i++) await redis.call('SET', `user:${i}`, 'v');
  const client = await connectTo(redis.url);
  expect(await sweep(client, request('user:*'))).toMatchObject({
    matched: 2_500,
    removed: 2_500,
    failure: undefined,
  });
  expect(await redis.call('DBSIZE')).toBe(0);
  await client.close();
  await redis.stop();
});

describe('a sweep of a cluster', () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startTestCluster();
  });
  afterAll(() => cluster.stop());

  test('removes what matches on every primary, also keys of a slot that is on its way', async () => {
    const keys = [...Array.from({ length: 6_000 }, (_, i) => `user:${i}`), 'other:1', 'other:2'];
    for (const { node, indexes } of await cluster.client.nodesFor(keys.map((key) => Buffer.from(key)))) {
      await node.pipeline(indexes.map((index) => ['SET', keys[index] ?? '', 'v'] as const));
    }
    const [from, to] = cluster.primaries;
    if (from === undefined || to === undefined) throw new Error('no primaries');
    const slot = Number(await from.node.call('CLUSTER', 'KEYSLOT', '{s0}'));
    const inSlot = Array.from({ length: 30 }, (_, i) => `user:{s0}:${i}`);
    for (const key of inSlot) {
      const [share] = await cluster.client.nodesFor([Buffer.from(key)]);
      await share?.node.call('SET', key, 'v');
    }
    const [owner] = await cluster.client.nodesFor([Buffer.from('user:{s0}:0')]);
    const source = cluster.primaries.find(({ address }) => address === owner?.node.address) ?? from;
    const target = cluster.primaries.find(({ address }) => address !== source.address) ?? to;
    await target.node.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', source.id);
    await source.node.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', target.id);
    const moved = inSlot.slice(0, 15);
    await source.node.call('MIGRATE', '127.0.0.1', target.server.port, '', 0, 5_000, 'KEYS', ...moved);
    // A walk of the source no longer sees those fifteen; the target has them and says MOVED for them without ASKING.
    const sweeping = sweep(cluster.client, request('user:*'));
    await source.node.call(
      'MIGRATE',
      '127.0.0.1',
      target.server.port,
      '',
      0,
      5_000,
      'KEYS',
      ...inSlot.slice(15),
    );
    await target.node.call('CLUSTER', 'SETSLOT', slot, 'NODE', target.id);
    await source.node.call('CLUSTER', 'SETSLOT', slot, 'NODE', target.id);
    const report = await sweeping;
    expect(report.failure).toBe(undefined);
    expect(report.removed).toBe(6_030);
    expect(await cluster.keys()).toEqual(['other:1', 'other:2']);
  });
});
