import { once } from 'node:events';
import { readFile, rm, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseLoad } from '../support/loadtest-report-json.ts';
import { answer, startOrigin } from '../support/http-origin.ts';
import { startTestRedis } from '../support/redis.ts';
import { runBinary, startBinary } from '../support/run-binary.ts';
import { until } from '../support/until.ts';

test('what load on Redis leaves when it is killed with kill -9 is gone half a minute after it was to end', async () => {
  const redis = await startTestRedis();
  onTestFinished(() => redis.stop());
  await redis.call('SET', 'app:key', 'untouched');
  const mix = 'get:1,set:1,hset:1,lpush:1,sadd:1,zadd:1,incr:1';
  const child = startBinary([
    'loadtest',
    '--redis',
    '--url',
    redis.url,
    '--mix',
    mix,
    '--keys',
    '200',
    '-d',
    '3s',
  ]);
  child.stdout.resume();
  child.stderr.resume();
  await until(async () => String(await redis.call('INFO', 'commandstats')).includes('cmdstat_get:'));
  child.kill('SIGKILL');
  await once(child, 'close');
  expect(Number(await redis.call('DBSIZE'))).toBeGreaterThan(1_000);
  await until(async () => (await redis.call('DBSIZE')) === 1, 90_000);
  expect(await redis.keys()).toEqual(['app:key']);
});

test('the memory of a load test does not grow with its duration', async () => {
  const origin = await startOrigin({ '*': answer('hello') });
  onTestFinished(() => origin.stop());
  const folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = path.join(folder, 'peak');
  const hook = new URL('../support/report-peak.mjs', import.meta.url).href;
  const peakMegabytes = async (seconds: number): Promise<number> => {
    const run = await runBinary(
      ['loadtest', '--url', `${origin.url}/`, '--rate', '300/s', '-d', `${seconds}s`, '--json'],
      { env: { NODE_OPTIONS: `--import ${hook}`, CACHECTL_TEST_PEAK_FILE: file } },
    );
    const { sent, dropped } = parseLoad(run).totals;
    expect(sent + dropped).toBe(300 * seconds);
    return Number(await readFile(file, 'utf8')) / 1_024;
  };
  const peaks: number[] = [];
  for (const seconds of [2, 8, 24]) peaks.push(await peakMegabytes(seconds));
  console.log('peak MB after 2, 8 and 24 seconds:', peaks);
  const [short = 0, medium = 0, long = 0] = peaks;
  // A young process has not collected its garbage yet; what grows with the requests would be four and twelve times as much.
  expect(medium).toBeLessThan(short + 30);
  expect(long).toBeLessThan(medium + 15);
});
