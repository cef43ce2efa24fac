import { describe, expect, it } from 'vitest';
import { startDoomedRedis } from '../support/redis.ts';
import { runMain } from '../support/run-main.ts';
import { until } from '../support/until.ts';
import { parse, useLoadtestPlace } from './loadtest-place.ts';

const place = useLoadtestPlace();

describe('failures under load', () => {
  it('counts an error status by its name, reads nothing from the cache and exits 5', async () => {
    const { redis, loadtest, expiresAtMs } = place();
    await redis.call('SET', 'shop:page:fail', 'the entry as it was', 'PX', 600_000);
    const expires = await expiresAtMs('shop:page:fail');
    const startedAt = Date.now();
    const result = await loadtest('--scope broken --requests 6 --json');
    expect(result.code).toBe(5);
    expect(parse(result).endpoints[0]).toMatchObject({
      without_cache: { requests: 6, errors: 6, errors_by_cause: { 'status 500': 6 }, p50_ms: null },
      with_cache: null,
      improvement_percent: null,
      problem: 'not read from the cache: no request to the origin succeeded',
    });
    expect(String(await redis.call('GET', 'shop:page:fail'))).toBe('the entry as it was');
    // When it did before, but for the time that putting it back took.
    const difference = (await expiresAtMs('shop:page:fail')) - expires;
    expect(Math.abs(difference)).toBeLessThanOrEqual(Date.now() - startedAt);
  });

  it('says in words what failed', async () => {
    const { loadtest } = place();
    const result = await loadtest('--scope broken --scope fast --requests 6');
    expect(result.code).toBe(5);
    expect(result.stdout).toContain(
      '/fail without cache: 6 of 6 requests failed: status 500 (6)\n' +
        '/fail: not read from the cache: no request to the origin succeeded\n',
    );
    expect(result.stdout).toMatch(/^fast answers /m);
  });

  it('keeps an entry that never expired as one that never expires', async () => {
    const { redis, loadtest, expiresAtMs } = place();
    await redis.call('SET', 'shop:page:fail', 'for ever');
    await loadtest('--scope broken --requests 2');
    expect(await expiresAtMs('shop:page:fail')).toBe(-1);
  });

  it('leaves no entry behind where there was none and no answer was good', async () => {
    const { redis, loadtest } = place();
    await loadtest('--scope broken --requests 2');
    expect(await redis.keys()).toEqual([]);
  });

  it('stores the last good answer where only some were good', async () => {
    const { redis, loadtest } = place();
    const result = await loadtest('--scope flaky --requests 10 --connections 1 --json');
    expect(result.code).toBe(5);
    expect(parse(result).endpoints[0]).toMatchObject({
      without_cache: { requests: 10, errors: 2, errors_by_cause: { 'status 503': 2 } },
      with_cache: { requests: 10, errors: 0 },
      problem: null,
    });
    expect(String(await redis.call('GET', 'shop:page:flaky'))).toBe('answer 9');
  });

  it('takes an empty answer for a failure, as warm does', async () => {
    const { loadtest } = place();
    const result = await loadtest('--scope empty --requests 2 --json');
    expect(result.code).toBe(5);
    expect(parse(result).endpoints[0]?.without_cache?.errors_by_cause).toEqual({ 'origin.empty': 2 });
  });

  it('counts reads of an entry that is not there as missing', async () => {
    const { loadtest } = place();
    // A millisecond is over before so many are read, one after the other.
    const result = await loadtest('--scope short --requests 300 --connections 1 --json');
    expect(result.code).toBe(5);
    expect(parse(result).endpoints[0]?.with_cache?.errors_by_cause['missing']).toBeGreaterThan(0);
  });

  it('leaves a key alone that holds something else than an answer', async () => {
    const { redis, origin, loadtest } = place();
    await redis.call('HSET', 'shop:page:fast', 'field', 'value');
    const result = await loadtest('--scope fast --requests 2 --json');
    expect(result.code).toBe(5);
    expect(parse(result).endpoints[0]).toMatchObject({
      without_cache: null,
      with_cache: null,
      problem: 'not tested: its key holds a hash, not a cached answer',
    });
    expect(String(await redis.call('TYPE', 'shop:page:fast'))).toBe('hash');
    expect(origin.requests.size).toBe(0);
  });

  it('exits 3 where the origin is not there, and puts the entries back', async () => {
    const { redis, deadPort, loadtest } = place();
    await redis.call('SET', 'shop:page:slow', 'old', 'PX', 600_000);
    const result = await loadtest('--scope homepage --requests 20', {
      env: { ORIGIN_URL: `http://127.0.0.1:${deadPort}` },
    });
    expect([result.code, result.stdout]).toEqual([3, '']);
    expect(result.stderr).toContain(`error: the origin at 127.0.0.1:${deadPort} refused the connection`);
    expect(String(await redis.call('GET', 'shop:page:slow'))).toBe('old');
  });

  it('gives up on an origin that never answers, and exits 3', async () => {
    const { origin, loadtest } = place();
    const result = await loadtest('--scope hanging --requests 1000 --connections 1 --json');
    expect([result.code, parse(result).error?.code]).toEqual([3, 'origin.timeout']);
    // Each time anew. A machine that stands still for that long may not have let the request out.
    await until(() => origin.connections() === 10);
    expect(origin.requests.get('/hang')).toBeLessThanOrEqual(10);
  });

  it('counts requests that hang by their cause where others are answered', async () => {
    const { loadtest } = place();
    const result = await loadtest('--scope hanging --scope fast --requests 2 --json');
    expect(result.code).toBe(5);
    expect(parse(result).endpoints[0]?.without_cache?.errors_by_cause).toEqual({ 'origin.timeout': 2 });
    expect(parse(result).endpoints[1]?.with_cache?.errors).toBe(0);
  });

  it('reports what it has where Redis is killed in the middle, and names the entry that is gone', async () => {
    const { origin, folder } = place();
    const doomed = await startDoomedRedis();
    origin.onRequest = (_, count) => (count === 5 ? doomed.stop() : undefined);
    const argv = ['loadtest', '--scope', 'fast', '--url', `${doomed.url}/0`, '--json'];
    const result = await runMain([...argv, '--requests', '6', '--connections', '1', '--repeat', '1'], {
      cwd: folder,
    });
    expect(result.code).toBe(3);
    const [endpoint] = parse(result).endpoints;
    expect(endpoint?.without_cache?.requests).toBe(6);
    expect(endpoint?.without_cache?.errors).toBe(1);
    expect(Object.keys(endpoint?.without_cache?.errors_by_cause ?? {}).join()).toMatch(/^redis\./);
    expect(endpoint?.problem).toMatch(/^its entry is gone, it could not be stored again: Redis at /);
    // A connection that is lost is opened again for some 13 s.
  }, 60_000);

  it('exits 3 where Redis is not there, before the origin is asked', async () => {
    const { origin, deadPort, loadtest } = place();
    const result = await loadtest(`--scope fast --url redis://127.0.0.1:${deadPort} --json`);
    expect(result.code).toBe(3);
    expect(parse(result).error?.code).toBe('redis.refused');
    expect(origin.requests.size).toBe(0);
  });
});

describe('an interrupted load test', () => {
  it('reports what was measured, puts the entry back and exits 130', async () => {
    const { redis, origin, loadtest, expiresAtMs } = place();
    const startedAt = Date.now();
    let send: ((signal: 'SIGINT') => void) | undefined;
    origin.onRequest = (path, count) => {
      if (path === '/slow' && count === 5) send?.('SIGINT');
    };
    const result = await loadtest('--scope homepage --requests 1000 --connections 1 --json', {
      onStart: (sender) => (send = sender),
    });
    expect(result.code).toBe(130);
    const report = parse(result);
    expect(report.interrupted).toBe(true);
    expect(report.endpoints[0]).toMatchObject({
      without_cache: { requests: 4, errors: 0, unfinished: 1 },
      with_cache: null,
      problem: null,
    });
    expect(report.endpoints[1]).toMatchObject({ without_cache: null, with_cache: null, problem: null });
    expect(origin.requests.get('/slow')).toBe(5);
    expect(String(await redis.call('GET', 'shop:page:slow'))).toBe('slow page');
    // Five minutes, and a tenth more or less, to the second.
    expect(await expiresAtMs('shop:page:slow')).toBeGreaterThanOrEqual(startedAt + 269_000);
  });

  it('puts the old entry back where nothing was answered yet', async () => {
    const { redis, origin, loadtest } = place();
    await redis.call('SET', 'shop:page:slow', 'old', 'PX', 600_000);
    let send: ((signal: 'SIGINT') => void) | undefined;
    origin.onRequest = () => send?.('SIGINT');
    const result = await loadtest('--scope homepage', { onStart: (sender) => (send = sender) });
    expect(result.code).toBe(130);
    expect(result.stdout).toContain('not reached: 1 endpoint\n');
    expect(result.stdout).toContain('/slow: stopped before it was read from the cache\n');
    expect(result.stderr).toContain('interrupted by SIGINT');
    expect(String(await redis.call('GET', 'shop:page:slow'))).toBe('old');
  });

  it('does the same at the end of --timeout', async () => {
    const { redis, loadtest } = place();
    const result = await loadtest('--scope slow --duration 60s --timeout 3s --json');
    expect(result.code).toBe(3);
    expect(parse(result).interrupted).toBe(true);
    expect(String(await redis.call('GET', 'shop:page:slow'))).toBe('slow page');
  });
});

describe('safety of a load test', () => {
  it('refuses a protected connection without --confirm, before anything happens', async () => {
    const { redis, origin, loadtest } = place();
    await redis.call('SET', 'shop:page:fast', 'old');
    const result = await loadtest('--scope fast --env production --json');
    expect([result.code, parse(result).error?.code]).toEqual([7, 'unconfirmed']);
    expect(parse(result).error?.hint).toContain('--confirm production');
    expect(origin.requests.size).toBe(0);
    expect(String(await redis.call('GET', 'shop:page:fast'))).toBe('old');
  });

  it('removes nothing on a Redis that is not this machine and not named', async () => {
    const { redis, origin, loadtest } = place();
    await redis.call('SET', 'shop:page:fast', 'old');
    const elsewhere = `--scope fast --requests 1 --url ${redis.url.replace('127.0.0.1', '0.0.0.0')}/0 --json`;
    const refused = await loadtest(elsewhere);
    expect([refused.code, parse(refused).error?.code]).toEqual([7, 'loadtest.remote']);
    expect(origin.requests.size).toBe(0);
    expect(String(await redis.call('GET', 'shop:page:fast'))).toBe('old');
    expect((await loadtest(`${elsewhere} --allow-remote 0.0.0.0`)).code).toBe(0);
  });

  it('runs on a protected connection that is confirmed by name', async () => {
    const { loadtest } = place();
    expect((await loadtest('--scope fast --env production --confirm production --requests 1')).code).toBe(0);
    expect((await loadtest('--scope fast --env production --confirm default')).code).toBe(7);
  });

  it('does nothing where CACHECTL_ENABLED is false', async () => {
    const { origin, loadtest } = place();
    const result = await loadtest('--scope fast', { env: { CACHECTL_ENABLED: 'false' } });
    expect(result.code).toBe(0);
    expect(origin.requests.size).toBe(0);
  });
});
