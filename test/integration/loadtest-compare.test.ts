import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { answer, startOrigin, type OriginHandler, type TestOrigin } from '../support/http-origin.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runMain, type RunOptions } from '../support/run-main.ts';
import { parse, useLoadtestPlace } from './loadtest-place.ts';

/** What a page takes that is not in the cache. */
const WORK_MS = 15;

let redis: TestRedis;
let origin: TestOrigin;
let folder: string;

/** An application with a cache of its own in Redis; `X-DB-Queries` says how much work a page was. */
const cachedPage =
  (key: string): OriginHandler =>
  (_request, response) => {
    const send = (queries: number, body: string): void => {
      response.setHeader('x-db-queries', String(queries));
      response.end(body);
    };
    void redis.call('GET', key).then((hit) => {
      if (Buffer.isBuffer(hit)) {
        send(0, hit.toString());
        return;
      }
      setTimeout(() => void redis.call('SET', key, 'page', 'EX', 600).then(() => send(7, 'page')), WORK_MS);
    });
  };

beforeAll(async () => {
  redis = await startTestRedis();
  origin = await startOrigin({
    '/one': cachedPage('shop:page:one'),
    '/two': cachedPage('shop:views:two:abc'),
    '/uncached': answer('made anew each time'),
  });
  folder = await mkdtemp(path.join(tmpdir(), 'cachectl-loadtest-'));
  await writeFile(
    path.join(folder, 'cachectl.yaml'),
    `version: 1
connections:
  default: { url: "${redis.url}/0" }
  production: { url: "${redis.url}/0", protected: true }
layout: { type: plain, prefix: "shop:" }
origin: { base_url: "${origin.url}" }
scopes:
  pages:
    entries:
      - { key: "page:one", path: /one, mode: touch }
      - { key: "two", path: /two, mode: touch, expect_keys: ["views:two:*"] }
  half:
    entries:
      - { key: "page:one", path: /one, mode: touch }
      - { key: "uncached", path: /uncached, mode: touch, expect_keys: ["views:two:*"] }
  stored: { entries: [{ key: "copy:one", path: /one }] }
`,
  );
});
beforeEach(async () => {
  origin.reset();
  await redis.call('FLUSHALL');
});
afterAll(async () => {
  await Promise.all([redis.stop(), origin.stop(), rm(folder, { recursive: true, force: true })]);
});

const loadtest = (args: string, options: RunOptions = {}) =>
  runMain(['loadtest', ...args.split(' ')], { cwd: folder, ...options });

describe('cold against warm', () => {
  it('asks the application itself, every answer a miss while cold and a hit while warm', async () => {
    await redis.call('SET', 'shop:other', 'kept');
    const result = await loadtest('--scope pages -n 20 --repeat 2 --count-header X-DB-Queries --json');
    expect([result.code, result.stderr]).toEqual([0, '']);
    const report = parse(result);
    expect(report).toMatchObject({
      kind: 'compare',
      compare: 'cold,warm',
      repeat: 2,
      // Two targets, each once while cold, twice over; ten of each while warm, twice over.
      hits: { cold: { hits: 0, misses: 4 }, warm: { hits: 40, misses: 0 } },
    });
    expect(report.endpoints).toMatchObject([
      {
        endpoint: '/one',
        without_cache: { requests: 2, errors: 0, count_header_mean: 7 },
        with_cache: { requests: 20, errors: 0, count_header_mean: 0 },
        // Asked once more on its own, cold and warm.
        hits: { cold: { hits: 0, misses: 1 }, warm: { hits: 1, misses: 0 } },
      },
      {
        endpoint: '/two',
        without_cache: { requests: 2 },
        with_cache: { requests: 20 },
        hits: { cold: { hits: 0, misses: 1 }, warm: { hits: 1, misses: 0 } },
      },
    ]);
    expect(report.scopes[0]?.hits).toEqual({ cold: { hits: 0, misses: 2 }, warm: { hits: 2, misses: 0 } });
    expect(report.endpoints[0]?.without_cache?.p50_ms).toBeGreaterThanOrEqual(WORK_MS - 1);
    expect(await redis.entryKeys()).toEqual(['shop:other', 'shop:page:one', 'shop:views:two:abc']);
  });

  it('has a table that says what is cold and what is warm', async () => {
    const { stdout } = await loadtest('--scope pages -n 4 --repeat 2');
    expect(stdout).toMatch(/^endpoint +cold +p95 +warm +p95 +improvement +hits$/m);
    expect(stdout).toMatch(/^\/one .* 0(?:\.0)? ?% -> 100(?:\.0)? ?%$/m);
    expect(stdout).toMatch(/^hits in Redis: 0 of 4 reads while cold, 8 of 8 reads while warm$/m);
  });

  it('says of each endpoint whether it found its answer in the cache', async () => {
    const csv = (await loadtest('--scope half -n 4 --repeat 2 -o csv')).stdout.trimEnd().split('\n');
    expect(csv.map((line) => [line.split(',')[0], ...line.split(',').slice(-2)])).toEqual([
      ['endpoint', 'hits', 'misses'],
      ['/one', '0', '1'],
      ['/one', '1', '0'],
      // It asks the origin every time, and Redis never.
      ['/uncached', '0', '0'],
      ['/uncached', '0', '0'],
    ]);
  });

  it('can be asked for where cachectl fills the cache, too', async () => {
    const report = parse(await loadtest('--scope stored --compare cold,warm -n 4 --repeat 2 --json'));
    expect(report.endpoints[0]).toMatchObject({
      without_cache: { requests: 2 },
      with_cache: { requests: 4 },
    });
    expect(String(await redis.call('GET', 'shop:copy:one'))).toBe('page');
  });

  it('clears nothing on a protected connection without --confirm', async () => {
    await redis.call('SET', 'shop:page:one', 'as it was');
    const refused = await loadtest('--scope pages --env production --compare cold,warm --json');
    expect([refused.code, parse(refused).error?.code]).toEqual([7, 'unconfirmed']);
    expect(String(await redis.call('GET', 'shop:page:one'))).toBe('as it was');
    expect(origin.requests).toHaveLength(0);
    const confirmed = await loadtest('--scope pages --env production --confirm production -n 2');
    expect(confirmed.code).toBe(0);
  });

  it('leaves the cache warm and exits 130 where it is interrupted', async () => {
    let send: ((signal: 'SIGINT') => void) | undefined;
    const running = loadtest('--scope pages --duration 60s --connections 1 --json', {
      onStart: (sender) => (send = sender),
    });
    await origin.untilRequests(20);
    send?.('SIGINT');
    const result = await running;
    expect(result.code).toBe(130);
    expect(parse(result).interrupted).toBe(true);
    expect(parse(result).endpoints[0]?.with_cache?.requests).toBeGreaterThan(0);
    expect((await redis.entryKeys()).length).toBe(2);
  });
});

const place = useLoadtestPlace();

describe('cold that is interrupted', () => {
  it('has its entries again', async () => {
    let send: ((signal: 'SIGINT') => void) | undefined;
    const running = loadtest('--scope stored --compare cold,warm --connections 1 --json', {
      onStart: (sender) => (send = sender),
    });
    await origin.untilRequests(1);
    send?.('SIGINT');
    expect((await running).code).toBe(130);
    expect(String(await redis.call('GET', 'shop:copy:one'))).toBe('page');
  });
});

describe('the noise of a comparison', () => {
  it('is in the report: an interval around the improvement', async () => {
    const { loadtest: run } = place();
    const [endpoint] = parse(await run('--scope slow -n 20 --json')).endpoints;
    const { low = Number.NaN, high = Number.NaN } = endpoint?.improvement_interval_percent ?? {};
    expect(low).toBeLessThanOrEqual(endpoint?.improvement_percent ?? Number.NaN);
    expect(high).toBeGreaterThanOrEqual(endpoint?.improvement_percent ?? Number.NaN);
    expect(endpoint?.is_noise).toBe(low <= 0 && high >= 0);
  });
});
