import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fillMixed } from '../bench/fill-mixed.ts';
import { readGuide } from '../support/guide.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runBinary } from '../support/run-binary.ts';
import { shellWords } from '../support/shell-words.ts';

const LINES = readGuide('analyze.md').lines();

let redis: TestRedis;
let folder: string;
beforeAll(async () => {
  // So that `--hot` alone has something to tell.
  redis = await startTestRedis(['--maxmemory-policy', 'allkeys-lfu']);
  // Enough of them that a hundredth has each kind of key in it.
  await fillMixed(redis, 0, 10_000);
  folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
});
afterAll(async () => {
  await redis.stop();
  await rm(folder, { recursive: true });
});

test.each(LINES)('%s', async (line) => {
  const [program, ...argv] = shellWords(line);
  expect(program).toBe('cachectl');
  const run = await runBinary(argv, { cwd: folder, env: { REDIS_URL: redis.url } });
  const announced = argv.includes('2s') ? /^listening to \S+ with MONITOR for 2 s or [^\n]*\n$/ : /^$/;
  expect(run).toMatchObject({ code: 0, stderr: expect.stringMatching(announced) as string });
  expect(run.stdout).toContain('user:{n}');
});

test('the page is written where the guide says', async () => {
  expect(LINES.some((line) => line.includes('--report cache.html'))).toBe(true);
  expect(await readFile(path.join(folder, 'cache.html'), 'utf8')).toMatch(/^<!doctype html>/);
});
