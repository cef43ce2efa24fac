import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { runMain } from '../support/run-main.ts';
import { SLOW_MS } from './loadtest-origin.ts';
import { parse, useLoadtestPlace } from './loadtest-place.ts';

const place = useLoadtestPlace();

/** Figures differ from run to run; their places and units do not. */
function normalised(text: string): string {
  return text
    .replaceAll(place().origin.url, 'http://origin')
    .replace(/ *\b[\d.,]+ (ms|s)\b/g, ' T')
    .replace(/ +[\d,.]+( +\d+)?$/gm, (_, errors: string | undefined) =>
      ` N ${(errors ?? '').trim()}`.trimEnd(),
    )
    .replace(/ *>?\d+(\.\d)?%/g, ' P')
    .replace(/ \d[\d,.]* times/g, ' N times')
    .replace(/ {2,}/g, ' ');
}

describe('cachectl loadtest of a scope', () => {
  it('tells the origin apart from the cache, and counts as many requests as the origin', async () => {
    const { origin, loadtest } = place();
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

  it('measures a page of 20 ms as one of 20 ms', async () => {
    const { loadtest } = place();
    const report = parse(await loadtest('--scope slow --requests 20 --json'));
    const phase = report.endpoints[0]?.without_cache;
    expect(phase?.p50_ms).toBeGreaterThanOrEqual(SLOW_MS - 1);
    // The unit, not the speed of a busy machine.
    expect(phase?.p50_ms).toBeLessThan(SLOW_MS * 10);
    expect(phase?.max_ms).toBeGreaterThanOrEqual(phase?.p99_ms ?? 0);
    expect(phase?.p99_ms).toBeGreaterThanOrEqual(phase?.p95_ms ?? 0);
    expect(report.endpoints[0]?.improvement_percent).toBeGreaterThan(50);
  });

  it('leaves the entries warm: the answer, under its key, with its TTL', async () => {
    const { redis, loadtest, remainingMs } = place();
    await redis.call('SET', 'shop:page:slow', 'old', 'PX', 1_000);
    const result = await loadtest('--scope homepage --requests 3');
    expect(result.code).toBe(0);
    expect(await redis.keys()).toEqual(['shop:page:second', 'shop:page:slow']);
    expect(String(await redis.call('GET', 'shop:page:slow'))).toBe('slow page');
    for (const key of await redis.keys()) {
      expect(await remainingMs(key)).toBeGreaterThan(5 * 60_000 * 0.85);
      expect(await remainingMs(key)).toBeLessThanOrEqual(5 * 60_000 * 1.1);
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
    expect(phase?.with_cache?.requests).toBeGreaterThan(6);
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

describe('cachectl loadtest of a web address', () => {
  it('needs neither spec file nor Redis', async () => {
    const { origin, deadPort } = place();
    const result = await runMain(
      [
        'loadtest',
        '--url',
        `${origin.url}/fast`,
        '--requests',
        '5',
        '--count-header',
        'x-db-queries',
        '--json',
      ],
      { cwd: '/', env: { REDIS_URL: `redis://127.0.0.1:${deadPort}` } },
    );
    expect(result.code).toBe(0);
    expect(result.stderr).toBe('');
    expect(parse(result).endpoints).toMatchObject([
      {
        endpoint: `${origin.url}/fast`,
        scope: null,
        key: null,
        without_cache: { requests: 5, errors: 0, count_header_mean: 12 },
        with_cache: null,
        improvement_percent: null,
        problem: null,
      },
    ]);
    expect(origin.requests.get('/fast')).toBe(5);
  });

  it('gives one table without columns for a cache', async () => {
    const { origin, loadtest } = place();
    const result = await loadtest(`--url ${origin.url}/fast --url ${origin.url}/plain --requests 5`);
    expect(normalised(result.stdout)).toBe(
      [
        'endpoint p50 p95 p99 max requests/s errors',
        'http://origin/fast T T T T N 0',
        'http://origin/plain T T T T N 0',
        '',
        'http://origin/fast answers in T at the median',
        'http://origin/plain answers in T at the median',
        '',
      ].join('\n'),
    );
  });

  it('goes together with a scope', async () => {
    const { origin, loadtest } = place();
    const report = parse(await loadtest(`--scope fast --url ${origin.url}/slow --requests 2 --json`));
    expect(report.endpoints.map(({ scope, with_cache }) => [scope, with_cache?.requests])).toEqual([
      ['fast', 2],
      [null, undefined],
    ]);
  });

  it('does not send the headers of the spec file', async () => {
    const { origin, loadtest } = place();
    await loadtest(`--url ${origin.url}/fast --requests 1`);
    expect(origin.lastHeader('/fast', 'x-token')).toBeUndefined();
  });

  it('sends user and password of the address, and shows them nowhere', async () => {
    const { origin, loadtest } = place();
    const address = `${origin.url}/fast?token=t0ken`.replace('http://', 'http://ann:s3same@');
    const result = await loadtest(`--url ${address} --requests 1 --json --verbose`);
    expect(origin.lastHeader('/fast?token=t0ken', 'authorization')).toBe(`Basic ${btoa('ann:s3same')}`);
    expect(result.stdout + result.stderr).not.toMatch(/s3same|t0ken/);
  });

  it('exits 3 where nobody answers, and 5 where one of several does not', async () => {
    const { origin, deadPort, loadtest } = place();
    const dead = `http://127.0.0.1:${deadPort}/`;
    const alone = await loadtest(`--url ${dead} --json`);
    expect([alone.code, parse(alone).error?.code]).toEqual([3, 'origin.refused']);

    const both = await loadtest(
      `--url ${dead} --url ${dead}other --url ${origin.url}/fast --requests 20 --json`,
    );
    expect(both.code).toBe(5);
    const [first, second, third] = parse(both).endpoints;
    expect(first?.problem).toContain('given up');
    expect(first?.without_cache?.errors_by_cause).toEqual({ 'origin.refused': first?.without_cache?.errors });
    expect(second).toMatchObject({
      without_cache: null,
      problem: `not requested: the origin at 127.0.0.1:${deadPort} refused the connection`,
    });
    expect(third).toMatchObject({ without_cache: { requests: 20, errors: 0 }, problem: null });
  });

  it('does not follow to another host', async () => {
    const { origin, loadtest } = place();
    const result = await loadtest(`--url ${origin.url}/moved --requests 2 --json`);
    expect(result.code).toBe(5);
    expect(parse(result).endpoints[0]?.without_cache?.errors_by_cause).toEqual({ 'origin.redirect': 2 });
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
