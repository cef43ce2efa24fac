import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import Keyv from 'keyv';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startDjango, type DjangoApp } from '../support/django.ts';
import { ensurePackages } from '../support/ensure-packages.ts';
import { answer, json, startOrigin, type TestOrigin } from '../support/http-origin.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runMain } from '../support/run-main.ts';
import { createSpecFolder, type SpecFolder } from '../support/spec-folder.ts';

let redis: TestRedis;
let folder: SpecFolder;
beforeAll(async () => {
  redis = await startTestRedis();
  folder = await createSpecFolder();
});
afterAll(async () => {
  await redis.stop();
  await folder.remove();
});
beforeEach(async () => {
  await redis.call('FLUSHALL');
});

const script = (name: string): string => fileURLToPath(new URL(`frameworks/${name}`, import.meta.url));

interface Report {
  readonly stored: number;
  readonly verified: number;
  readonly failed: number;
}

async function warm(
  scope: string,
  argv: readonly string[],
  place: { readonly cwd: string; readonly origin: string },
): Promise<Report> {
  const run = await runMain(['warm', '--scope', scope, '--json', ...argv], {
    cwd: place.cwd,
    env: { REDIS_URL: redis.url, ORIGIN_URL: place.origin },
  });
  expect(run.code, run.stderr + run.stdout).toBe(0);
  return JSON.parse(run.stdout) as Report;
}

describe('Django', () => {
  const example = fileURLToPath(new URL('../../examples/django', import.meta.url));
  const ALIASES = {
    default: 'django',
    shop: 'django:prefix=shop,version=2',
    packed: 'django:prefix=packed',
    json: 'django:prefix=json',
    msgpack: 'django:prefix=msgpack',
  };
  const KEYS = ['user:42', 'count', 'long', 'glob [a-z]*?'];
  let app: DjangoApp;
  beforeAll(async () => {
    app = await startDjango(redis.url);
  });
  afterAll(() => app.stop());

  test.each(Object.entries(ALIASES))('finds what was warmed into its cache %s', async (alias, layout) => {
    const report = await warm(alias, ['--layout', layout], { cwd: example, origin: app.url });
    expect(report).toMatchObject({ stored: 4, failed: 0 });
    for (const key of KEYS) {
      const query = `?key=${encodeURIComponent(key)}`;
      const { value } = JSON.parse(await app.get(`/value/${alias}/${query}`)) as { readonly value: unknown };
      expect(value, key).toEqual(JSON.parse(await app.get(`/api/values/${query}`)));
    }
    // Counting works on nothing but digits.
    expect(await app.get(`/count/${alias}/?key=count`)).toBe('{"value": 43}');
    const shown = await runMain(['inspect', ...KEYS, '--json', '--layout', layout, '--url', redis.url]);
    const { keys } = JSON.parse(shown.stdout) as {
      readonly keys: readonly { readonly value: { readonly encoding: string }; readonly warmed: unknown }[];
    };
    expect(keys.map(({ value }) => value.encoding)).not.toContain('base64');
    for (const { warmed } of keys) expect(warmed).not.toBeNull();
  });

  test('puts pages into its own cache when it is called, and serves them from there', async () => {
    const touch = (...argv: readonly string[]): Promise<Report> =>
      warm('pages', ['--layout', ALIASES.shop, ...argv], { cwd: example, origin: app.url });
    expect(await touch()).toMatchObject({ verified: 2, failed: 0 });
    const visit = (tenant: string): Promise<string> =>
      app.get('/products/', { 'X-Tenant': tenant, 'Accept-Encoding': 'identity', 'Accept-Language': '*' });
    const pages = (await redis.keys()).filter((key) => key.includes('.cache_page.'));
    expect(pages).toHaveLength(2);
    expect(await touch('--certify')).toMatchObject({ verified: 2, failed: 0 });
    const shown = await runMain([
      ...['inspect', '--json', '--url', redis.url, '--layout', ALIASES.shop],
      ...['--django-view', `${app.url}/products/`, '--header', 'X-Tenant: acme'],
      ...['--header', 'Accept-Encoding: identity'],
    ]);
    // Every page that Django makes has a number of its own: this is the one that was warmed.
    expect(JSON.stringify(JSON.parse(shown.stdout))).toContain(JSON.stringify(await visit('acme')));
    expect((await redis.keys()).filter((key) => key.includes('.cache_page.'))).toEqual(pages);
    expect(await visit('acme')).not.toBe(await visit('globex'));
  });

  test('a page that is not cached under the name that is expected is a failure', async () => {
    const run = await runMain(['warm', '--scope', 'pages', '--json', '--layout', ALIASES.packed], {
      cwd: example,
      env: { REDIS_URL: redis.url, ORIGIN_URL: app.url },
    });
    expect(run.code).toBe(5);
    expect(run.stdout).toContain('"code": "touch.not-cached"');
  });
});

describe('what was warmed for', () => {
  const VALUES = {
    user: { name: 'Zoë', roles: ['admin', ':x', '::y'], age: 41, rate: 1.5, none: null, ok: true },
    count: 42,
    text: ':a text with ümlauts',
    list: [],
  };
  let origin: TestOrigin;
  beforeAll(async () => {
    await ensurePackages([
      ...['php-cli', 'php-redis', 'php-illuminate-cache', 'php-illuminate-redis'],
      ...['ruby', 'ruby-activesupport', 'ruby-redis'],
    ]);
    origin = await startOrigin({
      ...Object.fromEntries(Object.entries(VALUES).map(([name, value]) => [`/${name}`, json(value)])),
      '/page': answer('<p>é</p>', { headers: { 'content-type': 'text/html; charset=utf-8' } }),
    });
  });
  afterAll(() => origin.stop());

  const fill = async (layout: string, entry: string): Promise<Report> => {
    await folder.write(`version: 1
connections: { default: { url: "\${REDIS_URL}" } }
layout: ${layout}
origin: { base_url: "\${ORIGIN_URL}" }
scopes: { s: { entries: [{ key: "k:{n}", path: "/{n}", matrix: { n: [user, count, text, list] }, ${entry} }, { key: page, path: /page }] } }
`);
    return warm('s', [], { cwd: folder.folder, origin: origin.url });
  };
  const keys = Object.keys(VALUES).map((name) => `k:${name}`);
  const expected = Object.fromEntries(Object.entries(VALUES).map(([name, value]) => [`k:${name}`, value]));

  test('Laravel is found by its cache, and its counters count', async () => {
    await fill(
      '{ type: laravel, redis_prefix: laravel_database_, cache_prefix: "laravel_cache:" }',
      'value: json, serializer: php',
    );
    const found = execFileSync(
      '/usr/bin/php',
      [
        ...[script('laravel.php'), '127.0.0.1', String(redis.port)],
        ...['laravel_database_', 'laravel_cache', ...keys, 'increment:counter', 'increment:k:count'],
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
    );
    // Laravel keeps numbers as digits, and gives them back as text.
    expect(JSON.parse(found)).toEqual({ ...expected, 'k:count': '43', counter: '1' });
  });

  test('what Laravel stored is found under the name that cachectl computes, and decoded', async () => {
    execFileSync('/usr/bin/php', [
      ...[script('laravel.php'), '127.0.0.1', String(redis.port), 'laravel_database_', 'laravel_cache'],
      ...['put:user:42={"name":"Zoë"}', 'put:rate=1.5', 'put:off=false'],
    ]);
    const run = await runMain([
      ...['inspect', 'user:42', 'rate', 'off', '--json', '--url', redis.url],
      ...['--layout', 'laravel:redis_prefix=laravel_database_,cache_prefix=laravel_cache:'],
    ]);
    const shown = JSON.parse(run.stdout) as {
      readonly keys: { readonly value: { readonly data: unknown } }[];
    };
    expect(shown.keys.map(({ value }) => value.data)).toEqual([{ name: 'Zoë' }, '1.5', false]);
  });

  test('Rails is read raw', async () => {
    await fill('{ type: rails, namespace: shop }', 'value: json');
    const found = execFileSync(
      '/usr/bin/ruby',
      [script('rails-read.rb'), redis.url, 'shop', ...keys, 'page'],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const { page, ...values } = JSON.parse(found) as Readonly<Record<string, string>>;
    expect(page).toBe('<p>é</p>');
    expect(Object.fromEntries(Object.entries(values).map(([key, text]) => [key, JSON.parse(text)]))).toEqual(
      expected,
    );
  });

  test('keyv is read by keyv, and not taken for expired', async () => {
    await fill('{ type: keyv, namespace: shop, key_prefix: false }', 'value: json, serializer: keyv');
    const store = new Map<string, unknown>();
    const keyv = new Keyv({ store, useKeyPrefix: false });
    for (const key of keys) store.set(key, String(await redis.call('GET', `shop::${key}`)));
    for (const key of keys) expect(await keyv.get(key), key).toEqual(expected[key]);
    const run = await runMain([
      ...['inspect', 'k:user', '--url', redis.url, '--layout', 'keyv:namespace=shop,key_prefix=false'],
    ]);
    expect(run.stdout).toMatch(/^format +keyv → json$/m);
  });
});
