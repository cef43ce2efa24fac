import { describe, expect, onTestFinished, test } from 'vitest';
import { capture, type Capture, type CaptureRequest } from '../../../src/capture/capture.ts';
import type { Repair } from '../../../src/capture/event-setting.ts';
import { infoNumber, parseInfo } from '../../../src/redis/info.ts';
import type { RedisClient, RedisNode } from '../../../src/redis/types.ts';
import { startTestCluster } from '../../support/cluster.ts';
import { connectTo, startTestRedis, type TestRedis } from '../../support/redis.ts';
import { until } from '../../support/until.ts';

const SETTING = 'notify-keyspace-events';

async function server(...args: Parameters<typeof startTestRedis>): Promise<TestRedis> {
  const redis = await startTestRedis(...args);
  onTestFinished(() => redis.stop());
  return redis;
}

async function clientOf(url: string): Promise<RedisClient> {
  const client = await connectTo(url);
  onTestFinished(() => client.close());
  return client;
}

async function setting(node: RedisNode): Promise<string> {
  const reply = await node.call('CONFIG', 'GET', SETTING);
  return Array.isArray(reply) ? String(reply[1]) : '';
}

/** What a capture told, by key, as text of latin1. */
interface Heard {
  readonly reads: Map<string, number>;
  readonly misses: Map<string, number>;
  readonly writes: string[];
  readonly warnings: string[];
  readonly repairs: Repair[];
}

/** Captures while `work` goes on, and ends with it. */
async function captureDuring(
  client: RedisClient,
  work: (isOver: () => boolean) => Promise<unknown>,
  changes: Partial<CaptureRequest> = {},
): Promise<Heard & { readonly result: Capture }> {
  const heard: Heard = { reads: new Map(), misses: new Map(), writes: [], warnings: [], repairs: [] };
  const add = (map: Map<string, number>, key: Buffer, count: number): void => {
    const name = key.toString('latin1');
    map.set(name, (map.get(name) ?? 0) + count);
  };
  const stop = new AbortController();
  const primaries = await client.primaries();
  const running = capture(
    client,
    {
      durationMs: 60_000,
      maxEvents: 1_000_000,
      misses: true,
      sink: {
        read: (key, lookups) => add(heard.reads, key, lookups),
        miss: (key) => add(heard.misses, key, 1),
        write: (key) => heard.writes.push(key.toString('latin1')),
      },
      warn: (message) => heard.warnings.push(message),
      onRepair: (repair) => heard.repairs.push(repair),
      ...changes,
    },
    { signal: stop.signal, now: () => performance.now() },
  );
  running.catch(() => undefined);
  // Once its first mark has been carried out everywhere, what is sent is heard.
  const hasBegun = async (): Promise<boolean> => {
    const counts = await Promise.all(primaries.map((node) => node.call('INFO', 'commandstats')));
    return counts.every((text) => /cmdstat_echo:calls=[1-9]/.test(String(text)));
  };
  let isOver = false;
  void running.finally(() => (isOver = true)).catch(() => undefined);
  await until(async () => isOver || (await hasBegun()));
  if (!isOver) await work(() => isOver);
  stop.abort();
  return { ...heard, result: await running };
}

const difference = ({ servers }: Capture, field: string): number =>
  servers.reduce((sum, { before, after }) => {
    const at = (text: string): number => infoNumber(parseInfo(text), field) ?? 0;
    return sum + at(after) - at(before);
  }, 0);
const total = (capture: Capture, field: 'reads' | 'misses'): number =>
  capture.servers.reduce((sum, one) => sum + one[field], 0);

describe('on a single server', () => {
  test('hears every lookup and every miss, as the server counts them itself, and which keys they are of', async () => {
    const redis = await server();
    const odd = Buffer.from('\xff "\\\r\n\x00\x01', 'latin1');
    await redis.call('MSET', 'a', '1', odd, '2');
    const { reads, misses, writes, result, warnings } = await captureDuring(
      await clientOf(redis.url),
      async () => {
        await redis.node.pipeline([
          ['GET', 'a'],
          ['GET', odd],
          ['MGET', 'a', 'none', odd],
          ['MULTI'],
          ['GET', 'none'],
          ['SET', 'b', 'GET'],
          ['EXEC'],
          ['EVAL', "return redis.call('get', KEYS[1])", 1, 'scripted'],
          ['SELECT', 3],
          ['GET', 'elsewhere'],
          ['SELECT', 0],
          ['GETDEL', 'a'],
        ]);
      },
    );
    const name = odd.toString('latin1');
    expect(Object.fromEntries(reads)).toEqual({ a: 3, [name]: 2, none: 2, scripted: 1 });
    expect(Object.fromEntries(misses)).toEqual({ none: 2, scripted: 1 });
    expect(writes).toEqual(['b', 'a']);
    expect(warnings).toEqual([]);
    expect(result.endedBy).toBe('interruption');
    expect(total(result, 'reads')).toBe(9);
    expect(total(result, 'reads')).toBe(
      difference(result, 'keyspace_hits') + difference(result, 'keyspace_misses'),
    );
    expect(total(result, 'misses')).toBe(difference(result, 'keyspace_misses'));
  });

  test.each(['', 'xK', 'AE', 'AKE'])('puts the setting %j back', async (before) => {
    const redis = await server();
    await redis.call('CONFIG', 'SET', SETTING, before);
    const { misses } = await captureDuring(await clientOf(redis.url), async () => {
      expect(await setting(redis.node)).toMatch(/^(?=.*E)(?=.*m)/);
      await redis.call('GET', 'none');
    });
    expect(misses.get('none')).toBe(1);
    expect(await setting(redis.node)).toBe(before);
    expect(await redis.keys()).toEqual([]);
  });

  test('leaves a setting alone that tells of misses already, or that nobody asked about', async () => {
    const redis = await server(['--notify-keyspace-events', 'KEAm']);
    const before = await setting(redis.node);
    const writesOf = async (): Promise<number> => {
      const text = String(await redis.call('INFO', 'commandstats'));
      return Number(/cmdstat_config\|set:calls=(\d+)/.exec(text)?.[1] ?? 0);
    };
    await captureDuring(await clientOf(redis.url), () => redis.call('GET', 'none'));
    expect(await setting(redis.node)).toBe(before);
    expect(await writesOf()).toBe(0);
    const other = await server();
    const { misses, reads } = await captureDuring(
      await clientOf(other.url),
      () => other.call('GET', 'none'),
      { misses: false },
    );
    expect([reads.get('none'), misses.size]).toEqual([1, 0]);
    expect(await setting(other.node)).toBe('');
  });

  test('leaves what somebody else sets meanwhile, and says so', async () => {
    const redis = await server();
    const { warnings } = await captureDuring(await clientOf(redis.url), () =>
      redis.call('CONFIG', 'SET', SETTING, 'Kx'),
    );
    expect(await setting(redis.node)).toBe('xK');
    expect(warnings).toEqual([expect.stringContaining('to "xK" meanwhile: it was left at that') as string]);
    expect(await redis.keys()).toEqual([]);
  });

  test('ends after as many commands as were asked for', async () => {
    const redis = await server();
    const { result } = await captureDuring(
      await clientOf(redis.url),
      async (isOver) => {
        await redis.node.pipeline(Array.from({ length: 500 }, () => ['GET', 'a'] as const));
        await until(isOver);
      },
      { maxEvents: 100 },
    );
    expect(result.endedBy).toBe('events');
    expect(result.servers[0]?.events).toBeGreaterThanOrEqual(100);
    expect(total(result, 'reads')).toBe(difference(result, 'keyspace_misses'));
  });

  test('refuses beside another capture that has changed the setting, which goes on undisturbed', async () => {
    const redis = await server();
    await captureDuring(await clientOf(redis.url), async () => {
      const second = captureDuring(await clientOf(redis.url), () => Promise.resolve());
      await expect(second).rejects.toMatchObject({ code: 'capture.busy', exitCode: 7 });
      expect(await setting(redis.node)).not.toBe('');
    });
    expect(await setting(redis.node)).toBe('');
  });

  test('goes on with a warning where it may leave no note', async () => {
    const redis = await server();
    await redis.call('ACL', 'SETUSER', 'probe', 'on', '>secret', '~app:*', '&*', '+@all');
    const { warnings, misses } = await captureDuring(
      await clientOf(redis.url.replace('//', '//probe:secret@')),
      () => redis.call('GET', 'app:none'),
    );
    expect(misses.get('app:none')).toBe(1);
    expect(warnings).toEqual([expect.stringContaining('no note can be left in Redis') as string]);
    expect(await setting(redis.node)).toBe('');
  });

  test('fails where the server hangs up on whoever does not keep up, and has put the setting back', async () => {
    const redis = await server();
    await redis.call('CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 16kb 16kb 0');
    const listening = captureDuring(await clientOf(redis.url), async (isOver) => {
      await redis.call('SET', 'big', 'x'.repeat(8_000_000));
      await until(isOver);
    });
    await expect(listening).rejects.toMatchObject({ code: 'capture.ended', exitCode: 3 });
    expect(await setting(redis.node)).toBe('');
    expect(await redis.keys()).toEqual(['big']);
  });

  test('fails with the server’s own words where MONITOR is not allowed, and has put the setting back', async () => {
    const redis = await server();
    await redis.call('ACL', 'SETUSER', 'probe', 'on', '>secret', '~*', '&*', '+@all', '-monitor');
    const client = await clientOf(redis.url.replace('//', '//probe:secret@'));
    await expect(captureDuring(client, () => Promise.resolve())).rejects.toMatchObject({
      code: 'redis.permission',
    });
    expect(await setting(redis.node)).toBe('');
    expect(await redis.keys()).toEqual([]);
  });
});

test('hears all primaries of a cluster', async () => {
  const cluster = await startTestCluster();
  onTestFinished(() => cluster.stop());
  const client = await clientOf(cluster.url);
  const keys = Array.from({ length: 60 }, (_, index) => `key:${index}`);
  const { reads, misses, result } = await captureDuring(client, async () => {
    for (const share of await cluster.client.nodesFor(keys.map((key) => Buffer.from(key)))) {
      const own = share.indexes.map((index) => keys[index] ?? '');
      await share.node.pipeline(
        own.flatMap(
          (key) =>
            [
              ['GET', key],
              ['SET', key, '1'],
              ['GET', key],
            ] as const,
        ),
      );
    }
  });
  expect(result.servers).toHaveLength(3);
  expect([...reads.values()]).toEqual(keys.map(() => 2));
  expect([...misses.values()]).toEqual(keys.map(() => 1));
  expect(total(result, 'reads')).toBe(
    difference(result, 'keyspace_hits') + difference(result, 'keyspace_misses'),
  );
  for (const { node } of cluster.primaries) expect(await setting(node)).toBe('');
  expect((await cluster.keys()).filter((key) => !key.startsWith('key:'))).toEqual([]);
});
