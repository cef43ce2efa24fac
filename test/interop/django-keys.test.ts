import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startDjango, type DjangoApp } from '../support/django.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runMain, type RunResult } from '../support/run-main.ts';

let redis: TestRedis;
let app: DjangoApp;
beforeAll(async () => {
  redis = await startTestRedis();
  app = await startDjango(redis.url);
});
afterAll(async () => {
  await app.stop();
  await redis.stop();
});
beforeEach(async () => {
  await redis.call('FLUSHALL');
});

const SHOP = 'django:prefix=shop,version=2';
const EVERYTHING = 'django:prefix=,prefix=shop,prefix=packed,prefix=json,prefix=msgpack,version=1,version=2';

async function cachectl(...argv: readonly string[]): Promise<RunResult> {
  const run = await runMain([...argv, '--url', redis.url]);
  expect(run.code, run.stderr).toBe(0);
  return run;
}

const lines = (run: RunResult): readonly string[] => run.stdout.split('\n').filter((line) => line !== '');

/** Which keys go while something happens. */
async function gone(during: () => Promise<unknown>): Promise<readonly string[]> {
  const before = await redis.keys();
  await during();
  const after = new Set(await redis.keys());
  return before.filter((key) => !after.has(key));
}

describe('every key that Django writes', () => {
  test('is the one that cachectl computes, in each of the five caches', async () => {
    await app.get('/fill/');
    for (const [alias, layout] of Object.entries({
      default: 'django',
      shop: SHOP,
      packed: 'django:prefix=packed',
      json: 'django:prefix=json',
      msgpack: 'django:prefix=msgpack',
    })) {
      for (const key of ['user:42', 'glob [a-z]*?']) {
        const answer = await app.get(`/names/?alias=${alias}&key=${encodeURIComponent(key)}`);
        const { physical } = JSON.parse(answer) as { readonly physical: string };
        expect(lines(await cachectl('key', 'for', key, '--layout', layout))).toEqual([physical]);
        expect(await redis.keys()).toContain(physical);
      }
    }
  });

  test('is explained: page, header list, fragment, session, version counter, versioned entry', async () => {
    await app.get('/');
    await app.get('/sidebar/?user=bob&page=7');
    await app.get('/login/');
    await app.get('/product/5/');
    const keys = await redis.keys();
    const run = await cachectl('key', 'explain', ...keys, '--layout', EVERYTHING, '--json');
    const { keys: explained } = JSON.parse(run.stdout) as {
      readonly keys: readonly { readonly kind: string; readonly source: string }[];
    };
    expect(explained.map(({ source }) => source)).toEqual(keys.map(() => 'layout'));
    expect(explained.map(({ kind }) => kind).sort()).toEqual([
      'fragment',
      'fragment',
      'header-list',
      'page',
      'session',
      'version-counter',
      'versioned-entry',
    ]);
  });
});

describe('a cached view', () => {
  test.each([
    '/',
    '/products/',
    '/products/?page=2&q=a+b&q=%C3%A9',
    '/catalog/caf%C3%A9%20x;y=1/?q=%c3%a9',
    "/catalog/a%2Bb,c@d$(e)!~*'/",
  ])('%s is cleared, and nothing else', async (path) => {
    for (const other of ['/', '/products/', '/products/?page=3', '/catalog/shoes/']) await app.get(other);
    const others = new Set(await redis.keys());
    await app.get(path);
    const own = (await redis.keys()).filter((key) => !others.has(key));
    const expected = own.length > 0 ? own : await keysOf(path);
    expect(expected).toHaveLength(2);
    const removed = await gone(() =>
      cachectl('clear', '--django-view', app.url + path, '--layout', EVERYTHING),
    );
    expect(removed).toEqual(expected);
  });

  /** The keys of a page that was there before: the two that another visit does not make again. */
  async function keysOf(path: string): Promise<readonly string[]> {
    const before = await redis.keys();
    await redis.call('FLUSHALL');
    await app.get(path);
    const own = await redis.keys();
    for (const other of ['/', '/products/', '/products/?page=3', '/catalog/shoes/']) await app.get(other);
    expect(await redis.keys()).toEqual(before);
    return own;
  }

  test('is cleared for one tenant only, whatever hash this Django computes', async () => {
    for (const tenant of ['acme', 'globex']) {
      await app.get('/products/', { 'X-Tenant': tenant, 'Accept-Encoding': 'gzip' });
    }
    await app.get('/products/', { 'Accept-Encoding': 'gzip' });
    const answer = await app.get('/products/', { 'X-Tenant': 'globex', 'Accept-Encoding': 'gzip' });
    const removed = await gone(() =>
      cachectl(
        ...['clear', '--layout', SHOP, '--django-view', `${app.url}/products/`],
        ...['--header', 'X-Tenant: acme', '--header', 'Accept-Encoding: gzip'],
      ),
    );
    expect(removed).toHaveLength(1);
    expect(removed[0]).toContain('.cache_page..GET.');
    expect(await app.get('/products/', { 'X-Tenant': 'globex', 'Accept-Encoding': 'gzip' })).toBe(answer);
    expect(await redis.keys()).not.toContain(removed[0]);
    await app.get('/products/', { 'X-Tenant': 'acme', 'Accept-Encoding': 'gzip' });
    expect(await redis.keys()).toContain(removed[0]);
  });

  test('takes a header that was not sent for absent, and says that the page varies by it', async () => {
    await redis.call('FLUSHALL');
    await app.get('/catalog/shoes/');
    await app.get('/catalog/shoes/', { 'X-Tenant': 'acme' });
    const run = await cachectl(
      ...['key', 'for', '--layout', 'django:prefix=packed', '--django-view', `${app.url}/catalog/shoes/`],
      ...['--header', 'Accept: text/html', '--method', 'GET'],
    );
    expect(run.stderr).toBe(
      'the page varies by X-Tenant too: only answers to requests without it are selected\n',
    );
    const stored = await redis.keys();
    expect(lines(run).filter((key) => stored.includes(key))).toHaveLength(1);
  });

  test('that is not cached under this address is said to be so', async () => {
    await app.get('/');
    const other = app.url.replace('127.0.0.1', 'localhost');
    const run = await cachectl('clear', '--django-view', `${other}/`, '--header', 'X-Tenant: acme');
    expect(run.stderr).toContain(`Django has no header list for ${other}/`);
    expect(run.stdout).toContain('Removed 0 keys');
  });

  test('is inspected with what it is', async () => {
    await app.get('/');
    const run = await cachectl('inspect', '--django-view', `${app.url}/`, '--no-value');
    expect(run.stdout).toMatch(/what +cached page \(GET\)/);
    expect(run.stdout).toMatch(/what +names of the headers a page varies by/);
    expect(run.stdout).toMatch(/language +en-us\n/);
    expect(run.stdout).toMatch(/time zone +UTC\n/);
  });
});

describe('a fragment', () => {
  test('is cleared for these vary arguments, and nothing else', async () => {
    await app.get('/sidebar/?user=bob&page=7');
    await app.get('/sidebar/?user=bob&page=8');
    const first = lines(
      await cachectl('key', 'for', '--django-fragment', 'sidebar', '--vary', 'bob', '--vary', '7'),
    );
    const removed = await gone(() =>
      cachectl('clear', '--django-fragment', 'sidebar', '--vary', 'bob', '--vary', '7'),
    );
    expect(removed).toHaveLength(1);
    expect(first).toContain(removed[0]);
  });

  test('without arguments is cleared by its name', async () => {
    await app.get('/sidebar/');
    const removed = await gone(() => cachectl('clear', '--django-fragment', 'footer'));
    expect(removed).toEqual([':1:template.cache.footer.d41d8cd98f00b204e9800998ecf8427e']);
  });
});

test('a session is cleared by its ID: exactly that visitor is logged out', async () => {
  const ids = await Promise.all(
    ['bob', 'eve'].map(async (user) => {
      const answer = JSON.parse(await app.get(`/login/?user=${user}`)) as { readonly session: string };
      return answer.session;
    }),
  );
  const [bob = '', eve = ''] = ids;
  const removed = await gone(() => cachectl('clear', '--django-session', bob));
  expect(removed).toEqual([`:1:django.contrib.sessions.cache${bob}`]);
  const who = async (id: string): Promise<string> => app.get('/whoami/', { Cookie: `sessionid=${id}` });
  expect(await who(bob)).toBe('{"user": null}');
  expect(await who(eve)).toBe('{"user": "eve"}');
});

test('a version of a cache is cleared, and the others stay', async () => {
  await app.get('/fill/');
  const removed = await gone(() =>
    cachectl(...['clear', '--pattern', 'user:*', '--layout', 'django:prefix=shop', '--key-version', '7']),
  );
  expect(removed).toEqual(['shop:7:user:42']);
});

test('the keys of one namespace version are cleared; with the counter raised, Django makes new ones', async () => {
  await app.get('/product/5/');
  await app.get('/product/6/');
  const removed = await gone(() => cachectl('clear', '--pattern', 'products:v1:*', '--layout', SHOP));
  expect(removed).toEqual(['shop:2:products:v1:5', 'shop:2:products:v1:6']);
  await redis.call('INCR', 'shop:2:cache_version:products');
  expect(await app.get('/product/5/')).toContain('"key": "products:v2:5"');
});

test('one command line reaches all caches of the project', async () => {
  await app.get('/fill/');
  const removed = await gone(() => cachectl('clear', 'user:42', '--layout', EVERYTHING));
  expect(removed).toEqual([
    ':1:user:42',
    'json:1:user:42',
    'msgpack:1:user:42',
    'packed:1:user:42',
    'shop:2:user:42',
  ]);
});

test('the layout is detected, with the block to paste', async () => {
  await app.get('/fill/');
  await app.get('/products/');
  await app.get('/sidebar/');
  await app.get('/login/');
  await redis.call('DEL', 'shop:7:user:42');
  const run = await cachectl('layout', 'detect', '--json');
  const report = JSON.parse(run.stdout) as {
    readonly layout: { readonly type: string; readonly prefix: readonly string[]; readonly version: unknown };
    readonly candidates: readonly { readonly keys_fit: number }[];
    readonly sampled_keys: number;
  };
  expect(report.layout.type).toBe('django');
  // The caches that keep plain JSON and MessagePack leave no mark of Django's.
  expect([...report.layout.prefix].sort()).toEqual(['', 'packed', 'shop']);
  expect(report.layout.version).toEqual([1, 2]);
  const text = (await cachectl('layout', 'detect')).stdout;
  expect(text).toContain('sessions');
  expect(text).toContain('layout: { type: django');
});
