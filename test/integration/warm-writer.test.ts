import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CachectlError } from '../../src/cli/errors.ts';
import { BatchClient } from '../../src/redis/batch-sender.ts';
import type { RedisClient, RedisNode } from '../../src/redis/types.ts';
import type { EntryRenewal, EntryWrite } from '../../src/warm/pending-write.ts';
import { createWriter, type EntryWriter } from '../../src/warm/write-batch.ts';
import { startTestCluster } from '../support/cluster.ts';
import { connectTo, startTestRedis, type TestRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';

let redis: TestRedis;
let client: RedisClient;
let batches: BatchClient;
let writer: EntryWriter;
const complaints: CachectlError[] = [];

beforeAll(async () => {
  redis = await startTestRedis();
  client = await connectTo(redis.url);
  batches = new BatchClient(withHeavyNodes(client));
  writer = createWriter(batches, (error) => complaints.push(error));
});

afterAll(async () => {
  batches.close();
  await client.close();
  await redis.stop();
});

beforeEach(async () => {
  batches.close();
  complaints.length = 0;
  await redis.call('FLUSHALL');
  await redis.call('CONFIG', 'SET', 'maxmemory', '0');
  await redis.call('CONFIG', 'SET', 'maxclients', '10000');
});

/** Any bytes, and names and values beyond ASCII beside them. */
function entry(number: number): EntryWrite {
  const key = Buffer.from(`entry:${number}:é`);
  const value = Buffer.from([0, 13, 10, 255, ...Buffer.from(`value ${number}`)]);
  const hash = { key: Buffer.from(`beside:${number}`), ttlMs: 60_000, fields: ['n', number, 'wörd', 'ü'] };
  return { key, value, ttlMs: 60_000, beside: { kind: 'write', hash, replaces: false } };
}

/** Whether the entry was there, as a promise. */
function put(to: EntryWriter, write: EntryWrite): Promise<boolean> {
  return new Promise((written, failed) => to.put(write, { written, failed }));
}

function renew(to: EntryWriter, renewal: EntryRenewal): Promise<boolean> {
  return new Promise((written, failed) => to.renew(renewal, { written, failed }));
}

/** A client whose nodes say, as those behind Sentinels do, that many commands are better sent another way. */
function withHeavyNodes(inner: RedisClient): RedisClient {
  const nodes = new Map<RedisNode, RedisNode>();
  const heavy = (node: RedisNode): RedisNode => {
    const known = nodes.get(node) ?? { ...node, isLean: false };
    nodes.set(node, known);
    return known;
  };
  return {
    ...inner,
    nodesFor: async (keys, use) =>
      (await inner.nodesFor(keys, use)).map(({ node, indexes }) => ({ node: heavy(node), indexes })),
  };
}

const clients = async (): Promise<number> =>
  String(await redis.call('CLIENT', 'LIST'))
    .split('\n')
    .filter((line) => line.includes('name=cachectl')).length;

async function writeMany(count: number, from = 0): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, index) => put(writer, entry(from + index))));
}

/** Writes rounds until the connection for many entries is open; gives how many entries that took. */
async function openChannel(): Promise<number> {
  const before = await clients();
  let written = 0;
  await until(async () => {
    await writeMany(500, written);
    written += 500;
    return (await clients()) > before;
  });
  return written;
}

async function isWhole(number: number): Promise<boolean> {
  const { key, value } = entry(number);
  const found = await redis.call('GET', key);
  const lives = [await redis.call('PTTL', key), await redis.call('PTTL', `beside:${number}`)];
  const beside = await redis.call('HGET', `beside:${number}`, 'wörd');
  return (
    Buffer.isBuffer(found) &&
    found.equals(value) &&
    String(beside) === 'ü' &&
    lives.every((ms) => Number(ms) > 0)
  );
}

describe('the writer of warm', () => {
  it('writes the same over the connection of its own as without it', async () => {
    const written = await openChannel();
    await writeMany(300, written);
    for (const number of [0, 1, written - 1, written, written + 299]) {
      expect(await isWhole(number)).toBe(true);
    }
    expect(Number(await redis.call('DBSIZE'))).toBe((written + 300) * 2);
  });

  it('gives that connection back when it is closed', async () => {
    const before = await clients();
    await openChannel();
    batches.close();
    await until(async () => (await clients()) === before);
  });

  it('opens none where the node is as good', async () => {
    const before = await clients();
    const lean = new BatchClient(client);
    const own = createWriter(lean, (error) => complaints.push(error));
    for (let round = 0; round < 3; round++) {
      await Promise.all(Array.from({ length: 500 }, (_, index) => put(own, entry(round * 500 + index))));
    }
    expect(await clients()).toBe(before);
    expect([await isWhole(0), await isWhole(1_499)]).toEqual([true, true]);
    lean.close();
  });

  it('opens none for a few entries', async () => {
    const before = await clients();
    await writeMany(20);
    expect(await clients()).toBe(before);
  });

  it('sends again what was lost with a connection', async () => {
    const written = await openChannel();
    const writing = writeMany(2_000, written);
    await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await writing;
    expect(Number(await redis.call('DBSIZE'))).toBe((written + 2_000) * 2);
    expect(complaints).toEqual([]);
  });

  it('does with one connection where the server takes no second one', async () => {
    const count = String(await redis.call('CLIENT', 'LIST'))
      .trim()
      .split('\n').length;
    await redis.call('CONFIG', 'SET', 'maxclients', String(count));
    for (let round = 0; round < 3; round++) await writeMany(500, round * 500);
    expect(Number(await redis.call('DBSIZE'))).toBe(3_000);
  });

  it('says of each entry that Redis does not take why, and forgets what was kept beside the old one', async () => {
    const written = await openChannel();
    await redis.call('CONFIG', 'SET', 'maxmemory', '1');
    const results = await Promise.allSettled([put(writer, entry(0)), put(writer, entry(written))]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(results[0]).toMatchObject({ reason: { code: 'redis.out-of-memory' } });
    await redis.call('CONFIG', 'SET', 'maxmemory', '0');
    expect(Number(await redis.call('EXISTS', 'beside:0'))).toBe(0);
  });

  it('renews what is there, and says what is not', async () => {
    await writeMany(1);
    const { key } = entry(0);
    expect(await renew(writer, { key, ttlMs: 5_000_000 })).toBe(true);
    expect(Number(await redis.call('PTTL', key))).toBeGreaterThan(60_000);
    expect(await renew(writer, { key: Buffer.from('gone'), ttlMs: 1_000 })).toBe(false);
  });

  it('writes what belongs to an entry after it, and fails where that fails', async () => {
    const tag = { key: Buffer.from('tag'), command: ['SADD', Buffer.from('tag'), 'entry:0'] } as const;
    await put(writer, { ...entry(0), also: [tag] });
    expect(String(await redis.call('SMEMBERS', 'tag'))).toBe('entry:0');
    await redis.call('SET', 'tag', 'no set');
    await expect(put(writer, { ...entry(1), also: [tag] })).rejects.toMatchObject({ code: 'redis.error' });
  });
});

describe('the writer of warm on a cluster', () => {
  it('writes each entry, and what belongs to it, where it belongs', async () => {
    const cluster = await startTestCluster({ primaries: 3 });
    const own = await connectTo(cluster.url);
    try {
      const batchesOfCluster = new BatchClient(own);
      const ofCluster = createWriter(batchesOfCluster, (error) => complaints.push(error));
      const also = (number: number) => [
        { key: Buffer.from('tag'), command: ['SADD', Buffer.from('tag'), String(number)] as const },
      ];
      await Promise.all(
        Array.from({ length: 800 }, (_, number) => put(ofCluster, { ...entry(number), also: also(number) })),
      );
      batchesOfCluster.close();
      const [share] = await own.nodesFor([Buffer.from('tag')]);
      expect(await share?.node.call('SCARD', 'tag')).toBe(800);
      expect(complaints).toEqual([]);
    } finally {
      await own.close();
      await cluster.stop();
    }
  });
});
