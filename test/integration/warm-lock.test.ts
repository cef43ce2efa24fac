import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLayout } from '../../src/keys/layout.ts';
import type { RedisClient, RedisNode } from '../../src/redis/types.ts';
import { takeLocks, type HeldLocks } from '../../src/warm/lock.ts';
import { connectTo, startTestRedis, type TestRedis } from '../support/redis.ts';
import { until } from '../support/until.ts';

const KEY = 'p:cachectl:lock:warm:s';
/** Long enough to be renewed also where the machine is busy. */
const LIFE_MS = 3_000;

let redis: TestRedis;
let client: RedisClient;
beforeAll(async () => {
  redis = await startTestRedis();
  client = await connectTo(redis.url);
});
afterAll(async () => {
  await client.close();
  await redis.stop();
});
beforeEach(() => redis.call('FLUSHALL'));

const lives = async (): Promise<number> => Number(await redis.call('PTTL', KEY));
const owner = async (): Promise<string> => String(await redis.call('GET', KEY));

async function take(token: string, told: string[] = []): Promise<HeldLocks> {
  return takeLocks(['s'], {
    client,
    layout: createLayout({ type: 'plain', prefix: 'p:' }),
    token,
    mode: 'wait',
    lifeMs: LIFE_MS,
    signal: new AbortController().signal,
    onWait: (scope) => told.push(`waits for ${scope}`),
    onTrouble: (message) => told.push(message),
  });
}

describe('the lock of a scope', () => {
  it('is renewed as long as its owner lives, and given back at the end', async () => {
    const locks = await take('mine');
    let last = await lives();
    await until(async () => {
      const now = await lives();
      const wasRenewed = now > last;
      last = now;
      return wasRenewed;
    });
    expect(await owner()).toBe('mine');
    await locks.release();
    expect(await redis.call('EXISTS', KEY)).toBe(0);
  });

  it('is taken again where everything was flushed', async () => {
    const told: string[] = [];
    const locks = await take('mine', told);
    await redis.call('FLUSHALL');
    await until(async () => (await owner()) === 'mine');
    expect(await lives()).toBeGreaterThan(0);
    await locks.release();
    expect(told).toEqual([]);
  });

  it('is left to whoever has it now, and that is said', async () => {
    const told: string[] = [];
    const locks = await take('mine', told);
    await redis.call('SET', KEY, 'theirs', 'PX', 60_000);
    await until(() => told.length > 0);
    expect(told[0]).toBe('the lock of scope s was lost: another run may warm it as well');
    await locks.release();
    expect(await owner()).toBe('theirs');
  });

  it('is waited for, also where its owner was killed and it has to run out', async () => {
    const told: string[] = [];
    await redis.call('SET', KEY, 'dead');
    const taking = take('mine', told);
    await until(() => told.length > 0);
    await redis.call('PEXPIRE', KEY, 1);
    const locks = await taking;
    expect(told).toEqual(['waits for s']);
    expect(await owner()).toBe('mine');
    await locks.release();
  });

  it('is not taken again by a renewal that was under way when it was given back', async () => {
    let isBegun = false;
    let goOn: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    // The first renewal goes out when the test says so.
    const call: RedisNode['call'] = async (...command) => {
      if (String(command[1]).includes('PEXPIRE')) {
        isBegun = true;
        await held;
      }
      const [node] = await client.primaries();
      if (node === undefined) throw new Error('no primary');
      return node.call(...command);
    };
    const slow: RedisClient = {
      ...client,
      nodesFor: async (keys) =>
        (await client.nodesFor(keys)).map(({ node, indexes }) => ({ node: { ...node, call }, indexes })),
    };
    const locks = await takeLocks(['s', 't'], {
      client: slow,
      layout: createLayout({ type: 'plain', prefix: 'p:' }),
      token: 'mine',
      mode: 'wait',
      lifeMs: LIFE_MS,
      signal: new AbortController().signal,
      onWait: () => undefined,
      onTrouble: () => undefined,
    });
    await until(() => isBegun);
    const released = locks.release();
    goOn();
    await released;
    // On the same connection: what the renewal asked for after its reply has been answered, too.
    for (let i = 0; i < 3; i++)
      await client.nodesFor([Buffer.from('s')]).then(([share]) => share?.node.call('PING'));
    expect(await redis.keys()).toEqual([]);
  });
});
