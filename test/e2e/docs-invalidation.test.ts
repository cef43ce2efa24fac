import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startShop } from '../../examples/shop/server.ts';
import { readGuide } from '../support/guide.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runBinary } from '../support/run-binary.ts';
import { shellWords } from '../support/shell-words.ts';

const guide = readGuide('invalidation.md');

let redis: TestRedis;
let shop: Awaited<ReturnType<typeof startShop>>;
let folder: string;
beforeAll(async () => {
  redis = await startTestRedis();
  shop = await startShop({ port: 0, latencyScale: 0.02 });
  folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
  const [spec = ''] = guide.blocks('yaml');
  await writeFile(path.join(folder, 'cachectl.yaml'), spec);
});
afterAll(() => Promise.all([redis.stop(), shop.close(), rm(folder, { recursive: true })]));

async function run(line: string): Promise<string> {
  const [program, ...argv] = shellWords(line);
  expect(program).toBe('cachectl');
  const env = { REDIS_URL: redis.url, ORIGIN_URL: shop.url };
  const result = await runBinary(argv, { cwd: folder, env });
  expect(result).toMatchObject({ code: 0, stderr: expect.not.stringMatching(/error|warning/) as string });
  return result.stdout;
}

const count = async (pattern: RegExp): Promise<number> =>
  (await redis.entryKeys()).filter((key) => pattern.test(key)).length;

// One after the other, as somebody who reads the page would type them.
test('every section is run here', () => {
  const headings = guide.headings.map((heading) => heading.split(' ')[0]);
  expect(headings).toEqual(['One', 'Everything', 'Without', 'What']);
});

test('tags: what shows a thing goes, and nothing else', async () => {
  const [warm = '', show = '', clear = '', again = '', add = '', both = '', ...more] =
    guide.lines('One thing');
  expect(more).toEqual([]);
  await run(warm);
  expect(await count(/^shop:(products:v1:|homepage:)/)).toBe(22);
  expect(await run(show)).toMatch(/^product:7: 2 keys\n/);
  expect(await run(clear)).toMatch(/^Removed 2 keys from default/);
  expect(await count(/^shop:(products:v1:|homepage:)/)).toBe(20);
  expect(await run(again)).toMatch(/2 of 22 targets stored, 20 fresh/);
  await run(add);
  expect(await run(both)).toMatch(/^1 key would be removed from default/);
});

test('versions: all of a kind is old at once, comes back, and goes for good', async () => {
  const [bump = '', warm = '', list = '', back = '', dry = '', gc = '', ...more] = guide.lines('Everything');
  expect(more).toEqual([]);
  expect(await run(bump)).toMatch(/products +1 +2/);
  await run(warm);
  expect(await run(list)).toMatch(/products +2 +current +21 .*\nproducts +1 +old +21 /);
  expect(await run(back)).toMatch(/products +2 +1/);
  expect(await run(dry)).toMatch(/^21 keys would be removed/);
  expect(await run(gc)).toMatch(/^Removed 21 keys from default/);
  expect([await count(/^shop:products:v1:/), await count(/^shop:products:v2:/)]).toEqual([21, 0]);
});

test('the next version serves once it is whole', async () => {
  const [next = '', get = '', ...more] = guide.lines('Without');
  expect(more).toEqual([]);
  expect(await run(next)).toMatch(
    /\nproducts: version 3 serves now instead of 1, 100% of its targets warm\n$/,
  );
  expect(await run(get)).toBe('3\n');
  expect(await count(/^shop:products:v3:/)).toBe(21);
});

test('patterns: what the name tells', async () => {
  const [dry = '', clear = '', ...more] = guide.lines('What');
  expect(more).toEqual([]);
  expect(await run(dry)).toMatch(/^1 key would be removed/);
  await run(clear);
  expect(await count(/^shop:homepage:/)).toBe(0);
});
