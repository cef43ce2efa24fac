import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { readFileSync } from 'node:fs';
import { compile, search as jmespath } from '@jmespath-community/jmespath';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Shop, startShop } from '../../examples/shop/server.ts';
import { deadPort } from '../support/dead-port.ts';
import { until } from '../support/until.ts';

let shop: Shop;
const bugs: unknown[] = [];

beforeAll(async () => {
  shop = await startShop({ latencyScale: 0.05, onError: (error) => bugs.push(error) });
});

afterAll(async () => {
  await shop.close();
  expect(bugs).toEqual([]);
});

/** A connection for each: one that is kept may be closed by the shop just when it is used again. */
const ask = (url: string, init: { method?: string; headers?: Record<string, string> } = {}) =>
  fetch(url, { ...init, headers: { ...init.headers, connection: 'close' } });

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  ask(shop.url + path, { method, headers });

/** The parsed body, of whatever shape: the assertions say what it has to be. */
const getJson = async (path: string): Promise<unknown> => (await get(path)).json();

/** Every kind of page, with the number of queries it makes. */
const PAGES = [
  ['/', 4],
  ['/api/features', 1],
  ['/api/stats', 3],
  ['/api/stats?section=users', 1],
  ['/api/categories', 1],
  ['/api/categories/mugs', 2],
  ['/api/products', 2],
  ['/api/products/42', 3],
  ['/api/users', 2],
  ['/api/users/42/dashboard', 5],
  ['/api/search?q=oak', 1],
  ['/sitemap.xml', 2],
] as const;

describe('every page of the shop', () => {
  it.each(PAGES)(
    '%s makes %i queries and says so, with all headers that caches need',
    async (path, queries) => {
      const response = await get(path);
      const body = Buffer.from(await response.arrayBuffer());
      expect(response.status).toBe(200);
      expect(response.headers.get('x-db-queries')).toBe(`${queries}`);
      expect(response.headers.get('etag')).toMatch(/^"[\w-]{27}"$/);
      expect(response.headers.get('last-modified')).toMatch(/^\w{3}, \d\d \w{3} 202[45] [\d:]{8} GMT$/);
      expect(response.headers.get('cache-control')).toMatch(/^public, max-age=\d+$/);
      expect(response.headers.get('content-length')).toBe(`${body.byteLength}`);
    },
  );

  it.each(PAGES)('%s has the same body and tag each time', async (path) => {
    const [first, second] = [await get(path), await get(path)];
    expect(await second.text()).toBe(await first.text());
    expect(second.headers.get('etag')).toBe(first.headers.get('etag'));
  });

  it.each(PAGES)(
    '%s gives 304 without a body for its tag, having made its %i queries',
    async (path, queries) => {
      const { headers } = await get(path);
      const response = await get(path, { 'If-None-Match': headers.get('etag') ?? '' });
      expect(response.status).toBe(304);
      expect(await response.text()).toBe('');
      for (const name of ['etag', 'cache-control', 'last-modified', 'vary']) {
        expect(response.headers.get(name)).toBe(headers.get(name));
      }
      expect(response.headers.get('x-db-queries')).toBe(`${queries}`);
    },
  );

  it.each(PAGES)('%s gives 304 for its own Last-Modified and 200 for an older one', async (path) => {
    const { headers } = await get(path);
    const modified = headers.get('last-modified') ?? '';
    expect((await get(path, { 'If-Modified-Since': modified })).status).toBe(304);
    const older = new Date(Date.parse(modified) - 1_000).toUTCString();
    expect((await get(path, { 'If-Modified-Since': older })).status).toBe(200);
  });

  it.each(PAGES)('%s answers HEAD with the headers of GET and no body', async (path) => {
    const full = await get(path);
    const head = await get(path, {}, 'HEAD');
    expect(head.status).toBe(200);
    expect(await head.text()).toBe('');
    for (const name of ['etag', 'content-length', 'content-type', 'x-db-queries', 'last-modified']) {
      expect(head.headers.get(name)).toBe(full.headers.get(name));
    }
  });

  it('has the same body in another shop started the same way', async () => {
    const other = await startShop({ latencyScale: 0 });
    try {
      const path = '/api/users/7/dashboard';
      expect(await (await ask(other.url + path)).text()).toBe(await (await get(path)).text());
    } finally {
      await other.close();
    }
  });
});

describe('the home page', () => {
  it.each([
    ['/', 'fr-CH, en;q=0.5', 'fr', 'La boutique'],
    ['/?lang=de', 'fr', 'de', 'Der Laden'],
    ['/', 'it', 'en', 'The shop'],
  ])('%s with Accept-Language %s is in %s', async (path, accept, language, title) => {
    const response = await get(path, { 'Accept-Language': accept });
    expect(response.headers.get('content-language')).toBe(language);
    expect(response.headers.get('vary')).toBe('Accept-Language');
    const body = await response.text();
    expect(body).toContain(`<html lang="${language}">`);
    expect(body).toContain(`<h1>${title}</h1>`);
  });

  it('has another tag in each language', async () => {
    const tags = await Promise.all(
      ['en', 'fr', 'de'].map(async (lang) => (await get(`/?lang=${lang}`)).headers.get('etag')),
    );
    expect(new Set(tags).size).toBe(3);
  });
});

describe('lists', () => {
  it('lead from the first page to the last and give every user once', async () => {
    const ids: unknown[] = [];
    let path: unknown = '/api/users?per_page=100';
    while (typeof path === 'string') {
      const body = await getJson(path);
      expect(body).toMatchObject({ count: 500 });
      ids.push(...(jmespath(body as never, 'results[*].id') as unknown[]));
      path = jmespath(body as never, 'next');
    }
    expect(ids).toEqual(Array.from({ length: 500 }, (_, index) => index + 1));
  });

  it('have a Link header with every neighbour, which keeps filter and order', async () => {
    const response = await get('/api/products?page=2&per_page=10&category=mugs&sort=-price');
    const at = (page: number) => `</api/products?page=${page}&per_page=10&category=mugs&sort=-price>`;
    expect(response.headers.get('link')).toBe(
      `${at(1)}; rel="first", ${at(1)}; rel="prev", ${at(3)}; rel="next", ${at(8)}; rel="last"`,
    );
    expect(await response.json()).toMatchObject({
      count: 75,
      next: at(3).slice(1, -1),
      previous: at(1).slice(1, -1),
    });
  });

  it('are empty, not missing, for a category without products', async () => {
    expect(await getJson('/api/products?category=nothing')).toEqual({
      count: 0,
      next: null,
      previous: null,
      results: [],
    });
  });
});

describe('the sitemap', () => {
  it('lists every page with its own address, change and priority', async () => {
    const text = await (await get('/sitemap.xml')).text();
    const entries = [
      ...text.matchAll(/<loc>(.*?)<\/loc><lastmod>(.*?)<\/lastmod><priority>(.*?)<\/priority>/g),
    ];
    expect(entries).toHaveLength(3 + 40 + 3_000);
    for (const [, location, lastmod, priority] of entries) {
      expect(location?.startsWith(`${shop.url}/`)).toBe(true);
      expect(lastmod).toMatch(/^202[45]-\d\d-\d\dT[\d:]{8}Z$/);
      expect(Number(priority)).toBeGreaterThan(0);
      expect(Number(priority)).toBeLessThanOrEqual(1);
    }
    const product = entries.find(([, location]) => location?.includes('/api/products/'));
    expect((await ask(product?.[1] ?? '')).status).toBe(200);
  });
});

describe('mistakes', () => {
  it.each([
    ['/nothing', 404, 0],
    ['/api/products/', 404, 1],
    ['/api/products/3001', 404, 1],
    ['/api/products/007', 404, 1],
    ['/api/products/abc', 404, 1],
    ['/api/categories/nothing', 404, 1],
    ['/api/users/501/dashboard', 404, 1],
    ['/api/users?page=26', 404, 2],
    ['/api/users?page=x', 400, 0],
    ['/api/products?sort=colour', 400, 0],
    ['/api/stats?section=weather', 400, 0],
    ['/api/search', 400, 0],
    ['/api/categories/%E0%A4%A', 400, 0],
    ['//api/users', 404, 0],
  ])('%s gives %i as JSON after %i queries, and no cache keeps it', async (path, status, queries) => {
    const response = await get(path);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-db-queries')).toBe(`${queries}`);
    expect(await response.json()).toMatchObject({ error: { status } });
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
    '%s gives 405 with the methods allowed',
    async (method) => {
      const response = await get('/api/products/1', {}, method);
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('GET, HEAD');
    },
  );

  it('give no 304 where the page does not exist', async () => {
    expect((await get('/api/products/3001', { 'If-None-Match': '*' })).status).toBe(404);
  });
});

describe('the shop as a server', () => {
  it('is healthy without a query and forbids caches to say so', async () => {
    const response = await get('/healthz');
    expect(await response.json()).toEqual({ status: 'ok' });
    expect(response.headers.get('x-db-queries')).toBe('0');
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('counts the requests of each path without its query, failures included', async () => {
    const own = await startShop({ latencyScale: 0 });
    try {
      for (const path of ['/?lang=fr', '/?lang=de', '/api/products/1', '/nothing']) {
        await (await ask(own.url + path)).text();
      }
      expect(own.requests()).toEqual({ '/': 2, '/api/products/1': 1, '/nothing': 1 });
    } finally {
      await own.close();
    }
  });

  it('lets queries wait when all database connections are busy', async () => {
    const narrow = await startShop({ latencyScale: 0, databaseConnections: 1 });
    try {
      // The home page makes four queries at once, so three of them find the only connection taken.
      expect((await ask(narrow.url)).status).toBe(200);
      expect(narrow.databasePeak()).toEqual({ active: 1, waiting: 3 });
    } finally {
      await narrow.close();
    }
  });

  it('answers an absolute request target like a relative one', async () => {
    const status = await new Promise((resolve, reject) => {
      httpRequest({ port: shop.port, host: '127.0.0.1', path: `${shop.url}/healthz` }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(200);
  });

  it('closes at once, in the middle of a query, and frees its port', async () => {
    const slow = await startShop({ port: await deadPort(), latencyScale: 10_000 });
    const socket = connect(slow.port, '127.0.0.1');
    const cut = new Promise((resolve) => socket.on('error', resolve).on('close', resolve));
    socket.write('GET /api/stats HTTP/1.1\r\nHost: shop\r\n\r\n');
    await until(() => slow.databasePeak().active === 3);
    await Promise.all([slow.close(), slow.close(), cut]);
    const next = await startShop({ port: slow.port, latencyScale: 0 });
    expect(next.port).toBe(slow.port);
    await next.close();
  });

  it('rejects when the port is taken', async () => {
    await expect(startShop({ port: shop.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('rejects impossible options', async () => {
    await expect(startShop({ latencyScale: -1 })).rejects.toThrow(RangeError);
    await expect(startShop({ databaseConnections: 0 })).rejects.toThrow(RangeError);
  });
});

describe('the spec of the shop', () => {
  interface Entry {
    readonly path: string;
    readonly key: string;
    readonly foreach?: { readonly from: string; readonly path: string; readonly select: string };
  }
  const spec = parse(readFileSync(new URL('../../examples/shop/cachectl.yaml', import.meta.url), 'utf8')) as {
    readonly scopes: Readonly<Record<string, { readonly entries: readonly Entry[] }>>;
  };
  const entries = Object.values(spec.scopes).flatMap((scope) => scope.entries);

  it('has the scopes that the documentation speaks of', () => {
    expect(Object.keys(spec.scopes)).toEqual(['homepage', 'users', 'products', 'categories', 'stats']);
    expect(new Set(entries.map((entry) => entry.key)).size).toBe(entries.length);
  });

  it.each(entries.map((entry) => [entry.path] as const))('asks for %s, which the shop has', async (path) => {
    const example: Readonly<Record<string, string>> = {
      lang: 'fr',
      id: '1',
      page: '1',
      slug: 'mugs',
      section: 'users',
    };
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => example[name] ?? '');
    expect((await get(filled)).status).toBe(200);
  });

  it.each(
    entries.flatMap(({ foreach }) =>
      foreach?.from === 'http' ? [[foreach.path, foreach.select] as const] : [],
    ),
  )('selects values from %s with %s', async (path, select) => {
    compile(select);
    const values = jmespath((await getJson(path)) as never, select) as unknown[];
    expect(values.length).toBeGreaterThanOrEqual(40);
  });
});
