import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startDjango, type DjangoApp } from '../support/django.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runMain } from '../support/run-main.ts';
import { createSpecFolder, type SpecFolder } from '../support/spec-folder.ts';

let redis: TestRedis;
let app: DjangoApp;
let spec: SpecFolder;
beforeAll(async () => {
  redis = await startTestRedis();
  app = await startDjango(redis.url);
  spec = await createSpecFolder();
  await spec.write(`version: 1
connections: { default: { url: "${redis.url}" } }
layout: { type: django, prefix: shop, version: 2 }
origin: { base_url: "${app.url}" }
defaults: { ttl: 5m }
namespaces:
  products: { version_key: "cache_version:products", key: "products:v{version}:{key}" }
  release: { version_key: "cache_version:release", key_version: true, initial: 3 }
scopes:
  products:
    entries:
      - key: "{id}"
        namespace: products
        path: "/api/product/{id}/"
        value: json
        serializer: pickle
        tags: ["product:{id}"]
        foreach: { from: range, start: 1, end: 5, as: id }
  banners:
    entries:
      - key: "banner:{id}"
        namespace: release
        path: "/api/product/{id}/"
        value: json
        serializer: pickle
        foreach: { from: range, start: 1, end: 3, as: id }
`);
});
afterAll(() => Promise.all([app.stop(), redis.stop(), spec.remove()]));
beforeEach(async () => {
  await redis.call('FLUSHALL');
});

async function cachectl(...argv: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runMain(argv, { cwd: spec.folder });
  expect(code, stderr).toBe(0);
  return stdout;
}

/** A page of the application, which reads its cache and fills it where nothing is there. */
async function read(path: string): Promise<{ readonly key: string; readonly made: number }> {
  return JSON.parse(await app.get(path)) as { readonly key: string; readonly made: number };
}

test('Django reads what warm wrote under a version, and misses after a bump', async () => {
  await cachectl('warm', '--scope', 'products');
  const first = await read('/product/5/');
  expect(first.key).toBe('products:v1:5');
  // What warm stored was made before the application was asked for anything: it made nothing itself.
  const made = JSON.parse(await app.get('/api/product/9/')) as { readonly made: number };
  expect(made.made).toBeGreaterThan(first.made);
  expect(await read('/product/5/')).toEqual(first);
  expect(await cachectl('keys', '--scope', 'products', '--count')).toBe('5\n');

  expect(await cachectl('namespace', 'bump', 'products')).toMatch(/products +1 +2/);
  const missed = await read('/product/5/');
  expect(missed.key).toBe('products:v2:5');
  expect(missed.made).toBeGreaterThan(made.made);

  expect(await cachectl('warm', '--scope', 'products', '--next-version')).toContain(
    'products: version 3 serves now instead of 2',
  );
  const switched = await read('/product/5/');
  expect(switched.key).toBe('products:v3:5');
  expect(switched.made).toBeGreaterThan(missed.made);
  expect(await read('/product/5/')).toEqual(switched);

  expect(await cachectl('clear', '--tag', 'product:5')).toMatch(/^Removed/);
  expect((await read('/product/5/')).made).toBeGreaterThan(switched.made);
  expect(await cachectl('namespace', 'rollback', 'products')).toMatch(/products +3 +2/);
  expect(await read('/product/5/')).toEqual(missed);
});

test("the counter that Django wrote itself is understood, and Django understands cachectl's", async () => {
  await read('/product/5/');
  expect(await cachectl('namespace', 'get', 'products')).toBe('1\n');
  await redis.call('INCR', 'shop:2:cache_version:products');
  expect(await cachectl('namespace', 'bump', 'products')).toMatch(/products +2 +3/);
  expect((await read('/product/5/')).key).toBe('products:v3:5');
});

test("VERSION of Django's own keys can be the version", async () => {
  await cachectl('warm', '--scope', 'banners');
  expect(await redis.entryKeys()).toEqual([1, 2, 3].map((id) => `shop:3:banner:${id}`));
  const first = await read('/banner/2/');
  expect(await read('/banner/2/')).toEqual(first);
  await redis.call('SET', 'shop:2:something', 'of the layout itself');
  await cachectl('namespace', 'bump', 'release');
  expect((await read('/banner/2/')).made).toBeGreaterThan(first.made);
  expect(await redis.keys()).toContain('shop:4:banner:2');
  await cachectl('namespace', 'gc', 'release', '--keep', '0');
  expect((await redis.entryKeys()).filter((key) => /^shop:\d:(banner|something)/.test(key))).toEqual([
    'shop:2:something',
    'shop:4:banner:2',
  ]);
});
