import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runBinary } from '../support/run-binary.ts';

let redis: TestRedis;
let folder: string;
beforeAll(async () => {
  redis = await startTestRedis();
  folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
});
afterAll(async () => {
  await redis.stop();
  await rm(folder, { recursive: true });
});

/** Fills the server with so many keys; every fifth is a user's. */
async function fill(count: number): Promise<void> {
  await redis.call('FLUSHALL');
  for (let start = 0; start < count; start += 10_000) {
    const pairs = Array.from({ length: 10_000 }, (_, i) => {
      const id = start + i;
      return [`${id % 5 === 0 ? 'user' : 'other'}:${id}`, 'value'];
    });
    await redis.call('MSET', ...pairs.flat());
  }
}

/** Peak memory of one run, in MB. */
async function peakMegabytes(argv: readonly string[]): Promise<number> {
  const file = path.join(folder, 'peak');
  const hook = new URL('../support/report-peak.mjs', import.meta.url).href;
  const run = await runBinary(argv, {
    env: { CACHECTL_URL: redis.url, NODE_OPTIONS: `--import ${hook}`, CACHECTL_TEST_PEAK_FILE: file },
  });
  expect(run).toMatchObject({ code: 0, stderr: '' });
  return Number(await readFile(file, 'utf8')) / 1024;
}

test('memory stays flat however many keys there are', async () => {
  const peaks: Record<string, number[]> = { clear: [], stats: [], analyze: [], 'dry run': [] };
  for (const count of [100_000, 1_000_000, 3_000_000]) {
    await fill(count);
    peaks['dry run']?.push(await peakMegabytes(['clear', '--pattern', 'other:*', '--dry-run', '--quiet']));
    peaks['stats']?.push(await peakMegabytes(['stats']));
    peaks['analyze']?.push(await peakMegabytes(['analyze', '--quiet']));
    peaks['clear']?.push(await peakMegabytes(['clear', '--pattern', 'user:*', '--quiet']));
    expect(await redis.call('DBSIZE')).toBe(count * 0.8);
  }
  console.log('peak MB at 100,000, 1,000,000 and 3,000,000 keys:', peaks);
  for (const [few = 0, million = 0, more = 0] of Object.values(peaks)) {
    // What a young process has not needed yet may grow; what grows with the keys would double and triple.
    expect(million).toBeLessThan(few + 70);
    expect(more).toBeLessThan(million + 30);
  }
});
