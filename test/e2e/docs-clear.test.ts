import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startShop } from '../../examples/shop/server.ts';
import { readGuide } from '../support/guide.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runBinary } from '../support/run-binary.ts';
import type { RunResult } from '../support/run-main.ts';
import { shellWords } from '../support/shell-words.ts';
import { shopSpec } from '../support/shop-spec.ts';

let redis: TestRedis;
let shop: Awaited<ReturnType<typeof startShop>>;
let folder: string;
beforeAll(async () => {
  redis = await startTestRedis();
  shop = await startShop({ port: 0, latencyScale: 0.02 });
});
afterAll(() => Promise.all([redis.stop(), shop.close()]));
beforeEach(async () => {
  await redis.call('FLUSHALL');
  folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
  await writeFile(path.join(folder, 'cachectl.yaml'), shopSpec());
  return () => rm(folder, { recursive: true });
});

const guide = readGuide('clear.md');

async function run(line: string): Promise<RunResult> {
  const [program, ...argv] = shellWords(line);
  expect(program).toBe('cachectl');
  const result = await runBinary(argv, {
    cwd: folder,
    env: { REDIS_URL: redis.url, ORIGIN_URL: shop.url },
  });
  expect(result).toMatchObject({ code: 0, stderr: expect.not.stringMatching(/error|warning/) as string });
  expect(result.stdout).not.toBe('');
  return result;
}

async function store(...keys: readonly string[]): Promise<void> {
  for (const key of keys) await redis.call('SET', `shop:${key}`, 'old');
}

test('every recipe is run here', () => {
  const headings = guide.headings.map((heading) => heading.split(/\W/)[0]);
  expect(headings).toEqual(['Deploy', 'Data', 'Tenant', 'A', 'What']);
  expect(guide.lines('What')).toEqual([]);
});

test('deploy: the scopes are new, and the rest goes over time', async () => {
  await store('homepage:en', 'product:7', 'product:old');
  const [homepage = '', products = '', soft = '', ...more] = guide.lines('Deploy');
  expect(more).toEqual([]);
  expect((await run(homepage)).stdout).toMatch(/6 keys warmed again, 0 failed/);
  expect((await run(products)).stdout).toMatch(/210 keys warmed again, 0 failed/);
  const entries = (await redis.keys()).filter((key) => !/cachectl:(warm|tag):/.test(key));
  expect(entries).toHaveLength(217);
  expect(String(await redis.call('GET', 'shop:product:7'))).not.toBe('old');
  expect((await run(soft)).stdout).toMatch(/^Shortened the life of \d+ keys on default in /);
  expect(Number(await redis.call('PTTL', 'shop:product:old'))).toBeGreaterThan(0);
});

test('data fix: what went comes back, and a plan removes what is in it', async () => {
  const users = ['user:1:a', 'user:2:a', 'user:3:a'];
  await store(...users, 'other');
  const [look = '', clear = '', dry = '', restore = '', plan = '', apply = '', ...more] =
    guide.lines('Data fix');
  expect(more).toEqual([]);
  expect((await run(look)).stdout).toMatch(/^3 keys would be removed from default/);
  await run(clear);
  expect(await redis.keys()).toEqual(['shop:other']);
  await run(dry);
  await run(restore);
  expect(await redis.keys()).toHaveLength(4);
  await run(plan);
  await run(apply);
  expect(await redis.keys()).toEqual(['shop:other', 'shop:user:1:a']);
});

test('tenant offboarding: all of it is gone, and there is a line about it', async () => {
  await store('tenant:7:a', 'tenant:7:b', 'tenant:77:a', 'tenant:8:a', 'tenant:9:a');
  const [before = '', clear = '', after = '', resume = '', gently = '', ...more] = guide.lines('Tenant');
  expect(more).toEqual([]);
  expect((await run(before)).stdout).toBe('2\n');
  await run(clear);
  expect((await run(after)).stdout).toBe('0\n');
  const trail = await readFile(path.join(folder, 'audit.jsonl'), 'utf8');
  expect(JSON.parse(trail)).toMatchObject({
    command: 'clear',
    counts: { matched: 2, removed: 2 },
    outcome: 'done',
  });
  await run(resume);
  expect((await run(gently)).stdout).toMatch(/^Removed 1 key from default in /);
  expect(await redis.keys()).toEqual(['shop:tenant:77:a']);
});

test('a leak: keys without an end get one, and what is unused goes', async () => {
  await store('session:1', 'session:2', 'report');
  await redis.call('EXPIRE', 'shop:session:2', 50_000);
  // RESTORE can say when a key was last used.
  const dump = await redis.call('DUMP', 'shop:report');
  if (!Buffer.isBuffer(dump)) throw new Error('no dump');
  await redis.call('RESTORE', 'shop:report', 0, dump, 'REPLACE', 'IDLETIME', 40 * 86_400);
  const [count = '', large = '', unused = '', dry = '', set = '', clear = '', ...more] =
    guide.lines('A leak');
  expect(more).toEqual([]);
  expect((await run(count)).stdout).toBe('2\n');
  await run(large);
  expect((await run(unused)).stdout).toBe('{"key":"report"}\n');
  await run(dry);
  expect(await redis.call('PTTL', 'shop:session:1')).toBe(-1);
  await run(set);
  expect(Number(await redis.call('PTTL', 'shop:session:1'))).toBeGreaterThan(70_000_000);
  expect(Number(await redis.call('PTTL', 'shop:session:2'))).toBeLessThanOrEqual(50_000_000);
  await run(clear);
  expect(await redis.keys()).toEqual(['shop:session:1', 'shop:session:2']);
});
