import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { defaultNamespace } from '../../../src/config/namespaces.ts';
import { createLayout } from '../../../src/keys/layout.ts';
import { reserveVersion } from '../../../src/namespaces/counter.ts';
import { namespaceForm } from '../../../src/namespaces/form.ts';
import { connectTo, startTestRedis, type TestRedis } from '../../support/redis.ts';
import { runMain } from '../../support/run-main.ts';
import { createSpecFolder, type SpecFolder } from '../../support/spec-folder.ts';
import { until } from '../../support/until.ts';

let redis: TestRedis;
let spec: SpecFolder;
beforeAll(async () => {
  redis = await startTestRedis();
  spec = await createSpecFolder();
});
afterAll(async () => {
  await redis.stop();
  await spec.remove();
});
beforeEach(() => redis.call('FLUSHALL'));

const withSpec = (yaml: string) => spec.write(`version: 1\n${yaml}`);
const WITHOUT_NAMESPACES = 'layout: { type: plain, prefix: "shop:" }\n';

async function inspect(...argv: readonly string[]): Promise<string> {
  const run = await runMain(['inspect', ...argv, '--url', redis.url], { cwd: spec.folder });
  expect(run).toMatchObject({ code: 0, stderr: '' });
  return run.stdout;
}

async function lines(...argv: readonly string[]): Promise<readonly string[]> {
  return [...(await inspect(...argv)).matchAll(/^namespace {2,}(.*)$/gm)].map(([, text = '']) => text);
}

async function namespaces(...argv: readonly string[]): Promise<unknown> {
  const { keys } = JSON.parse(await inspect('--json', ...argv)) as { keys: { namespaces: unknown }[] };
  return keys[0]?.namespaces;
}

test('says which version of a namespace a key carries, and whether it is the current one', async () => {
  await withSpec(WITHOUT_NAMESPACES);
  await redis.call(
    'MSET',
    'shop:cache_version:products',
    7,
    'shop:products:v6:1',
    'x',
    'shop:products:v7:1',
    'y',
  );
  expect(await lines('products:v6:1', 'products:v7:1', 'products:v9:1')).toEqual([
    'products, version 6, old: the current one is 7',
    'products, version 7, which is the current one',
    'products, version 9, not in use: the current one is 7',
  ]);
  expect(await namespaces('--raw', 'shop:products:v6:1')).toEqual([
    {
      namespace: 'products',
      version: 6,
      current_version: 7,
      is_current: false,
      being_filled: false,
      counter_key: 'shop:cache_version:products',
    },
  ]);
});

test('a key that only looks like one belongs to no namespace', async () => {
  await withSpec(WITHOUT_NAMESPACES);
  await redis.call('MSET', 'shop:api:v2:users', 'x', 'shop:user:42', 'x');
  expect(await namespaces('api:v2:users')).toEqual([]);
  expect(await namespaces('user:42')).toEqual([]);
});

test('the namespaces of the spec file count from their first version, in the form that they have', async () => {
  await withSpec(
    'namespaces: { products: { key: "p/{version}/{key}", initial: 3 }, users: { version_key: users.version } }\n',
  );
  await redis.call('SET', 'users.version', 2);
  expect(await lines('p/3/1', 'p/2/1', 'users:v2:a', 'other:v1:a')).toEqual([
    'products, version 3, which is the current one',
    'products, version 2, old: the current one is 3',
    'users, version 2, which is the current one',
  ]);
});

test("VERSION of Django's keys can be the version, and a cache's own one is none", async () => {
  await withSpec(
    'layout: { type: django, prefix: shop, version: 1 }\nnamespaces: { release: { key_version: true }, products: {} }\n',
  );
  await redis.call(
    'MSET',
    'shop:1:cache_version:release',
    5,
    'shop:1:a',
    'x',
    'shop:4:a',
    'x',
    'shop:5:a',
    'x',
  );
  expect(await lines('a')).toEqual([]);
  expect(await lines('a', '--key-version', '4')).toEqual(['release, version 4, old: the current one is 5']);
  expect(await lines('--raw', 'shop:5:a')).toEqual(['release, version 5, which is the current one']);
});

test('a version that is being filled is not old', async () => {
  await withSpec('namespaces: { products: {} }\n');
  const form = namespaceForm(defaultNamespace('products'), createLayout(undefined));
  const client = await connectTo(redis.url);
  try {
    expect(await reserveVersion(client, form, 'token')).toEqual({ from: 1, to: 2 });
  } finally {
    await client.close();
  }
  expect(await lines('products:v1:a', 'products:v2:a', 'products:v3:a')).toEqual([
    'products, version 1, which is the current one',
    'products, version 2, being filled: the current one is 1',
    'products, version 3, not in use: the current one is 1',
  ]);
});

test('a counter that is none, or may not be read, leaves the rest as it is', async () => {
  await withSpec('namespaces: { products: {} }\n');
  await redis.call('MSET', 'products:v1:a', 'x', 'cache_version:products', 'soon');
  expect(await lines('products:v1:a')).toEqual(['products, version 1; its counter cannot be read']);
  expect(await namespaces('products:v1:a')).toMatchObject([{ current_version: null, is_current: null }]);
  await redis.call('ACL', 'SETUSER', 'reader', 'on', 'nopass', '~products:*', '+@all');
  const run = await runMain(['inspect', 'products:v1:a'], {
    cwd: spec.folder,
    env: { CACHECTL_URL: redis.url.replace('redis://', 'redis://reader:x@') },
  });
  expect(run).toMatchObject({ code: 0, stderr: '' });
  expect(run.stdout).toContain('products, version 1; its counter cannot be read\n');
});

test('a watch notices that another version has become the current one, announced or not', async () => {
  await withSpec(WITHOUT_NAMESPACES);
  for (const [events, interval] of [
    ['', '100ms'],
    ['KA', '1h'],
  ] as const) {
    await redis.call('CONFIG', 'SET', 'notify-keyspace-events', events);
    await redis.call('MSET', 'shop:cache_version:products', 1, 'shop:products:v1:a', 'x');
    let stdout = '';
    let end: () => void = () => undefined;
    const run = runMain(['inspect', 'products:v1:a', '--watch', '--interval', interval, '--url', redis.url], {
      cwd: spec.folder,
      onStdout: (text) => (stdout = text),
      onStart: (send) => (end = () => send('SIGINT')),
    });
    await until(() => stdout.includes('is there'));
    await redis.call('INCR', 'shop:cache_version:products');
    await until(() => stdout.includes('another version is current'));
    end();
    expect((await run).code).toBe(0);
  }
});
