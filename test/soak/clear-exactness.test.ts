import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RedisClient, RedisCommand } from '../../src/redis/types.ts';
import { seededRandom, type SeededRandom } from '../../examples/shop/seeded-random.ts';
import { startTestCluster, type TestCluster } from '../support/cluster.ts';
import { connectTo, startTestRedis, type TestRedis } from '../support/redis.ts';
import { startBinary } from '../support/run-binary.ts';
import { until } from '../support/until.ts';

/** Globs with what they mean, written down independently of the program's own matcher, over Latin-1 text. */
const PATTERNS: readonly (readonly [glob: string, meaning: RegExp])[] = [
  ['user:*', /^user:/],
  ['*1', /1$/],
  ['?ser:*', /^[^]ser:/],
  ['[a-p]*', /^[a-p]/],
  ['*[^0-9]', /[^0-9]$/],
  ['*:[13579]?*', /:[13579][^]/],
  ['\\**', /^\*/],
  ['*\n*', /\n/],
];
const PREFIXES = ['user:', 'product:', 'x:', '*', 'aser:', '\0', '\xff\xfe', 'a\r\nb:'];
/** How long a clear may take to get somewhere. */
const PATIENCE_MS = 300_000;
const ROUNDS = Number(process.env['SOAK_ROUNDS'] ?? PATTERNS.length * 2);

interface Round {
  readonly seed: number;
  readonly stable: readonly Buffer[];
  readonly glob: string;
  readonly meaning: RegExp;
}

function plan(seed: number, size: number): Round {
  const random = seededRandom(seed);
  const [glob, meaning] = PATTERNS[seed % PATTERNS.length] ?? ['*1', /1$/];
  const keys = new Set<string>();
  while (keys.size < size) {
    // Stable keys have an S where the keys of the writers have a C: they never meet.
    keys.add(`${random.pick(PREFIXES)}${random.integer(0, 999_999)}S${random.pick(['', '1', 'a', '\n'])}`);
  }
  return { seed, glob, meaning, stable: [...keys].map((key) => Buffer.from(key, 'latin1')) };
}

/** Commands about given keys, each sent to its owner, as fast as they go. */
async function send(client: RedisClient, commands: readonly RedisCommand[]): Promise<readonly unknown[]> {
  const replies = new Array<unknown>(commands.length);
  for (let start = 0; start < commands.length; start += 5_000) {
    const part = commands.slice(start, start + 5_000);
    const keys = part.map(([, key]) => (Buffer.isBuffer(key) ? key : Buffer.from(String(key))));
    for (const { node, indexes } of await client.nodesFor(keys)) {
      const answers = await node.pipeline(indexes.map((index) => part[index] ?? ['PING']));
      for (const [at, index] of indexes.entries()) replies[start + index] = answers[at];
    }
  }
  return replies;
}

/** Adds, renames, expires and removes keys of its own, in waves that make the table grow and shrink. */
async function disturb(client: RedisClient, random: SeededRandom, stopped: () => boolean): Promise<void> {
  for (let wave = 0; !stopped(); wave++) {
    const names = Array.from({ length: 4_000 }, (_, i) => {
      // One slot for a name and its other name, so that RENAME works in a cluster.
      return Buffer.from(`${random.pick(PREFIXES)}{${wave}-${i}}C${random.pick(['', '1'])}`, 'latin1');
    });
    await send(
      client,
      names.map((name): RedisCommand => ['SET', name, 'v', 'PX', 60_000]),
    );
    const other = (name: Buffer): Buffer => Buffer.concat([name, Buffer.from('R1')]);
    await send(
      client,
      names.map((name, i): RedisCommand =>
        i % 3 === 0 ? ['RENAME', name, other(name)] : ['PEXPIRE', name, 1 + (i % 50)],
      ),
    );
    if (wave % 3 === 2) {
      await send(
        client,
        names.flatMap((name): RedisCommand[] => [
          ['UNLINK', name],
          ['UNLINK', other(name)],
        ]),
      );
    }
  }
}

async function existing(client: RedisClient, keys: readonly Buffer[]): Promise<number> {
  const replies = await send(
    client,
    keys.map((key): RedisCommand => ['EXISTS', key]),
  );
  return replies.filter((reply) => reply === 1).length;
}

/** One round: clear while others write, in every second round killed in the middle and then run again. */
async function play(round: Round, url: string, client: RedisClient): Promise<void> {
  const { stable, glob, meaning, seed } = round;
  const random = seededRandom(seed + 1_000);
  const matching = stable.filter((key) => meaning.test(key.toString('latin1')));
  const others = stable.filter((key) => !meaning.test(key.toString('latin1')));
  await send(
    client,
    stable.map((key): RedisCommand => ['SET', key, 'v']),
  );
  let stopped = false;
  const writers = disturb(client, random, () => stopped);
  const start = () => startBinary(['clear', '--pattern', glob, '--json', '--url', url]);
  try {
    if (seed % 2 === 1) {
      const sample = random.sample(matching, 200);
      const enough = sample.length - random.integer(0, 150);
      const killed = start();
      const closed = once(killed, 'close');
      // Long, because clear leaves the processor to whoever wants it, and the writers always do.
      await until(
        async () => (await existing(client, sample)) < enough || killed.exitCode !== null,
        PATIENCE_MS,
      );
      killed.kill('SIGKILL');
      await closed;
      expect({ seed, left: await existing(client, others) }).toEqual({ seed, left: others.length });
    }
    const child = start();
    let stdout = '';
    child.stdout.on('data', (text) => (stdout += String(text)));
    const [code] = (await once(child, 'close')) as [number];
    expect({ seed, code, stdout }).toMatchObject({ code: 0 });
    const report = JSON.parse(stdout) as { matched: number; removed: number };
    expect(report.removed).toBeLessThanOrEqual(report.matched);
    if (seed % 2 === 0) expect(report.removed).toBeGreaterThanOrEqual(matching.length);
  } finally {
    stopped = true;
    await writers;
  }
  const left = { matching: await existing(client, matching), others: await existing(client, others) };
  expect({ seed, glob, left }).toEqual({ seed, glob, left: { matching: 0, others: others.length } });
}

describe('what matches and exists throughout is removed, what does not match is never touched', () => {
  let redis: TestRedis;
  let single: RedisClient;
  let cluster: TestCluster;
  beforeAll(async () => {
    redis = await startTestRedis();
    single = await connectTo(redis.url);
    cluster = await startTestCluster();
  });
  afterAll(async () => {
    await single.close();
    await redis.stop();
    await cluster.stop();
  });

  test('on a single server, with one cursor and with several', async () => {
    for (let seed = 0; seed < ROUNDS; seed++) {
      await redis.call('FLUSHALL');
      await play(plan(seed, seed % 4 < 2 ? 130_000 : 30_000), redis.url, single);
    }
  });

  test('on a cluster', async () => {
    for (let seed = 0; seed < ROUNDS / 2; seed++) {
      for (const { node } of cluster.primaries) await node.call('FLUSHALL');
      await play(plan(seed, 40_000), cluster.url, cluster.client);
    }
  });
});
