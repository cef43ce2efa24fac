import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseLoad } from '../support/loadtest-report-json.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runBinary, startBinary } from '../support/run-binary.ts';
import { until } from '../support/until.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
  await redis.call('SET', 'app:key', 'untouched');
});
afterAll(() => redis.stop());

/** Every kind of key, taken away and made again all the time. */
const MIX = [
  ...['SET {key} {value}', 'APPEND {key} {value}', 'DEL {key}', 'LPUSH {key} {value}', 'LPOP {key}'],
  ...[
    'SADD {key} {value}',
    'SREM {key} {value}',
    'HSET {key} field {value}',
    'HDEL {key} field',
    'INCR {key}',
  ],
  'ZADD {key} 1 {value}',
].join(',');

/** Puts load on Redis with so many commands at once, and ends it with no chance to clean up. */
async function kill(pipeline: number, hasCome: () => Promise<boolean>): Promise<void> {
  const argv = ['--mix', MIX, '--keys', '200', '--pipeline', String(pipeline), '-d', '60s'];
  const before = await clients();
  const child = startBinary(['loadtest', '--redis', '--url', redis.url, ...argv]);
  child.stdout.resume();
  child.stderr.resume();
  await until(hasCome);
  child.kill('SIGKILL');
  await once(child, 'close');
  // What had reached the server before is carried out; then its connections are gone.
  await until(async () => (await clients()) === before);
}

async function clients(): Promise<number> {
  return String(await redis.call('CLIENT', 'LIST'))
    .trimEnd()
    .split('\n').length;
}

async function calls(command: string): Promise<number> {
  const stats = String(await redis.call('INFO', 'commandstats'));
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
}

test.each([
  ['while it writes its keys', 1, 'hset', 10],
  ['under load', 1, 'srem', 50],
  ['with many commands on their way', 500, 'hdel', 2_000],
])(
  'load on Redis that is killed with kill -9 %s leaves no key without a life',
  async (_, pipeline, command, count) => {
    await redis.call('CONFIG', 'RESETSTAT');
    await kill(pipeline, async () => (await calls(command)) >= count);
    const left = (await redis.keys()).filter((key) => key !== 'app:key');
    const lives = await redis.node.pipeline(left.map((key) => ['TTL', key]));
    expect(left.length).toBeGreaterThan(0);
    expect(left.filter((key) => !key.startsWith('cachectl:loadtest:'))).toEqual([]);
    expect(left.filter((__, index) => Number(lives[index]) === -1)).toEqual([]);
    // As long as the run was to last, and half a minute for what is around it.
    expect(Math.max(...lives.map(Number))).toBeLessThanOrEqual(60 + 31);

    const next = await runBinary([
      ...['loadtest', '--redis', '--url', redis.url, '--mix', 'get', '-n', '100', '--keys', '10', '--json'],
    ]);
    expect(parseLoad(next)).toMatchObject({ totals: { sent: 100, failed: 0 }, redis: { hits: 100 } });
    expect((await redis.keys()).filter((key) => key !== 'app:key' && !left.includes(key))).toEqual([]);
    expect(String(await redis.call('GET', 'app:key'))).toBe('untouched');
  },
);
