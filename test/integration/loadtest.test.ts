import { tmpdir } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { runMain } from '../support/run-main.ts';
import { until } from '../support/until.ts';
import { parse, useLoadtestPlace } from './loadtest-place.ts';

const place = useLoadtestPlace();

describe('cachectl loadtest of a scope', () => {
  it('tells the origin apart from the cache, and counts as many requests as the origin', async () => {
    const { origin, loadtest } = place();
    // So slow that on any machine the cache is quicker by more than noise.
    origin.onRequest = () => setTimeout(100);
    const result = await loadtest('--scope homepage --requests 20 --count-header X-DB-Queries --json');
    const report = parse(result);
    expect(result.code).toBe(0);
    expect(report.endpoints.map(({ endpoint, key, scope }) => [endpoint, key, scope])).toEqual([
      ['/slow', 'page:slow', 'homepage'],
      ['/second', 'page:second', 'homepage'],
    ]);
    for (const { endpoint, without_cache, with_cache } of report.endpoints) {
      expect([without_cache?.requests, with_cache?.requests]).toEqual([20, 20]);
      expect(origin.requests.get(endpoint)).toBe(20);
      expect([without_cache?.errors, with_cache?.errors]).toEqual([0, 0]);
      expect([without_cache?.count_header_mean, with_cache?.count_header_mean]).toEqual([12, 0]);
    }
    expect(report.scopes).toMatchObject([
      { scope: 'homepage', endpoints: 2, without_cache: { requests: 40 }, with_cache: { requests: 40 } },
    ]);
    expect(report.summary[0]).toMatch(
      /^homepage answers .* times faster from the cache; 12 database queries a page are saved$/,
    );
  });

  it('leaves the entries warm: the answer, under its key, with its TTL', async () => {
    const { redis, loadtest, expiresAtMs } = place();
    await redis.call('SET', 'shop:page:slow', 'old', 'PX', 1_000);
    const startedAt = Date.now();
    const result = await loadtest('--scope homepage --requests 3');
    expect(result.code).toBe(0);
    expect(await redis.keys()).toEqual(['shop:page:second', 'shop:page:slow']);
    expect(String(await redis.call('GET', 'shop:page:slow'))).toBe('slow page');
    for (const key of await redis.keys()) {
      expect(await expiresAtMs(key)).toBeGreaterThanOrEqual(startedAt + 5 * 60_000 * 0.9 - 1_000);
      expect(await expiresAtMs(key)).toBeLessThanOrEqual(Date.now() + 5 * 60_000 * 1.1 + 1_000);
    }
  });

  it('removes the entry before every request and touches no other key', async () => {
    const { redis, loadtest } = place();
    await redis.call('SET', 'shop:other', 'kept');
    await redis.call('CONFIG', 'RESETSTAT');
    await loadtest('--scope fast --requests 7');
    const stats = String(await redis.call('INFO', 'commandstats'));
    expect(/cmdstat_unlink:calls=(\d+)/.exec(stats)?.[1]).toBe('7');
    // One more GET reads the entry as it was before.
    expect(/cmdstat_get:calls=(\d+)/.exec(stats)?.[1]).toBe('8');
    expect(await redis.keys()).toEqual(['shop:other', 'shop:page:fast']);
  });

  it('keeps --connections requests under way, and never more', async () => {
    const { origin, loadtest } = place();
    origin.onRequest = () => until(() => origin.mostAtOnce() >= 3);
    await loadtest('--scope slow --requests 12 --connections 3');
    expect(origin.mostAtOnce()).toBe(3);
    origin.reset();
    await loadtest('--scope slow --requests 3 --connections 1');
    expect(origin.mostAtOnce()).toBe(1);
  });

  it('stops each phase after --duration', async () => {
    const { origin, loadtest } = place();
    const phase = parse(await loadtest('--scope slow --duration 100ms --connections 1 --json')).endpoints[0];
    expect(phase?.without_cache?.duration_ms).toBeGreaterThanOrEqual(99);
    expect(phase?.without_cache?.requests).toBeLessThanOrEqual(6);
    expect(phase?.without_cache?.requests).toBe(origin.requests.get('/slow'));
    expect(phase?.with_cache?.duration_ms).toBeGreaterThanOrEqual(99);
    expect(phase?.with_cache?.requests).toBeGreaterThan(0);
  });

  it('takes ten targets of a scope, or as many as --limit says', async () => {
    const { loadtest } = place();
    expect(parse(await loadtest('--scope items --requests 1 --json')).endpoints).toHaveLength(10);
    expect(parse(await loadtest('--scope items --requests 1 --limit 12 --json')).endpoints).toHaveLength(12);
  });

  it('asks the origin for the values of variables, as warm does', async () => {
    const { origin, loadtest } = place();
    const report = parse(await loadtest('--scope listed --requests 1 --json'));
    expect(report.endpoints.map(({ key }) => key)).toEqual(['item:1', 'item:2', 'item:3']);
    expect(origin.requests.get('/ids')).toBe(1);
  });

  it("sends the entry's headers and the origin's own", async () => {
    const { origin, loadtest } = place();
    await loadtest('--scope languages --requests 1');
    expect(origin.lastHeader('/fast', 'accept-language')).toBe('fr');
    expect(origin.lastHeader('/fast', 'x-token')).toBe('s3cret');
  });

  it('tells entries of the same path apart by their keys', async () => {
    const { loadtest } = place();
    const report = parse(await loadtest('--scope languages --requests 1 --json'));
    expect(report.endpoints.map(({ endpoint }) => endpoint)).toEqual(['/fast (home:en)', '/fast (home:fr)']);
  });
});

describe('cachectl loadtest of a scope and an address', () => {
  it('compares the one and measures the other', async () => {
    const { origin, loadtest } = place();
    const report = parse(await loadtest(`--scope fast --url ${origin.url}/slow --requests 2 --json`));
    expect(report.endpoints.map(({ scope, with_cache }) => [scope, with_cache?.requests])).toEqual([
      ['fast', 2],
      [null, undefined],
    ]);
  });
});

describe('a load test that was asked for wrongly', () => {
  it.each([
    ['', 'nothing to test: name a scope with --scope, or a web address with --url'],
    ['--scope homepgae', 'the spec file has no scope "homepgae"'],
    ['--scope fast --requests 0', '--requests takes a whole number of 1 or more, not "0"'],
    ['--scope fast --requests 5 --duration 5s', '--requests and --duration contradict each other'],
    ['--scope fast --connections 0', '--connections takes a whole number from 1 to 10000, not "0"'],
    ['--scope fast --limit -3', '--limit takes a whole number of 1 or more, not "-3"'],
    ['--scope fast --count-header X:Y', '--count-header takes the name of a header, not "X:Y"'],
    ['--url http://', '--url http:// is not a web address'],
  ])('exits 2 for "%s"', async (args, message) => {
    const { origin, folder } = place();
    const result = await runMain(['loadtest', ...args.split(' ').filter((word) => word !== '')], {
      cwd: folder,
    });
    expect([result.code, result.stdout]).toEqual([2, '']);
    expect(result.stderr).toContain(message);
    expect(origin.requests.size).toBe(0);
  });

  it('lists the scopes where none was named, and the nearest where one is unknown', async () => {
    const { folder, loadtest } = place();
    const nothing = await runMain(['loadtest'], { cwd: folder });
    expect(nothing.stderr).toContain('hint: the spec file has the scopes homepage, slow, fast, items,');
    expect((await loadtest('--scope homepgae')).stderr).toContain('did you mean homepage?');
  });

  it('says where it looked for a spec file', async () => {
    const result = await runMain(['loadtest', '--scope', 'fast'], { cwd: tmpdir() });
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('there is no spec file cachectl.yaml');
    expect(result.stderr).toContain(`looked in ${tmpdir()}`);
  });
});
