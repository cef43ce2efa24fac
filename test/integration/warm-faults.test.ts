import { describe, expect, it } from 'vitest';
import type { EndSignal } from '../../src/host.ts';
import { deadPort } from '../support/dead-port.ts';
import { answer, cutMidBody, hang, inTurn, json, redirectTo, stream } from '../support/http-origin.ts';
import { startDoomedRedis } from '../support/redis.ts';
import { runMain, type RunOptions, type RunResult } from '../support/run-main.ts';
import { timedFrom } from '../support/timed-from.ts';
import { until } from '../support/until.ts';
import { useWarmPlace } from '../support/warm-place.ts';

const place = useWarmPlace();

interface Run {
  readonly url: string;
  readonly entries: string;
  readonly defaults?: string;
  readonly argv?: readonly string[];
  readonly redisUrl?: string;
  readonly options?: RunOptions;
}

async function warm(run: Run): Promise<RunResult> {
  await place.spec.write(`version: 1
origin: { base_url: "${run.url}" }
defaults: { ttl: 60s, ${run.defaults ?? 'retries: 0'} }
scopes: { s: { entries: [${run.entries}] } }
`);
  const argv = ['warm', '-s', 's', '--url', run.redisUrl ?? place.redis.url, ...(run.argv ?? [])];
  return runMain(argv, { cwd: place.spec.folder, ...run.options });
}

const ONE = '{ key: k, path: /x }';
const many = (count: number): string =>
  `{ key: "k:{n}", path: "/x/{n}", foreach: { from: range, start: 1, end: ${count}, as: n } }`;

async function allHaveTtl(): Promise<boolean> {
  const lives = await Promise.all(
    (await place.redis.keys()).map(async (key) => Number(await place.redis.call('PTTL', key))),
  );
  return lives.every((life) => life > 0);
}

describe('warm, where the origin misbehaves', () => {
  it('tries 500, 503 and cut connections again and counts the retries', async () => {
    const origin = await place.startOrigin({
      '/a': inTurn(answer('', { status: 500 }), answer('', { status: 503 }), answer('third time')),
      '/b': inTurn(cutMidBody, answer('second time')),
    });
    const { code, stdout } = await warm({
      url: origin.url,
      entries: '{ key: a, path: /a }, { key: b, path: /b }',
      defaults: 'retries: 2',
      argv: ['--json'],
      options: { random: () => 0 },
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ stored: 2, retries: 3 });
    expect([origin.count('/a'), origin.count('/b')]).toEqual([3, 2]);
    expect(String(await place.redis.call('GET', 'a'))).toBe('third time');
  });

  it('waits as long as Retry-After says, without a storm of retries', async () => {
    const origin = await place.startOrigin({
      '*': inTurn(answer('slow down', { status: 429, headers: { 'retry-after': '1' } }), answer('welcome')),
    });
    const startedAt = performance.now();
    const { code } = await warm({
      url: origin.url,
      entries: many(20),
      defaults: 'retries: 1',
      options: { random: () => 0 },
    });
    expect(code).toBe(0);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(990);
    expect(origin.requests).toHaveLength(40);
    expect(await place.redis.entryKeys()).toHaveLength(20);
  });

  it('does not try again what will not change', async () => {
    const origin = await place.startOrigin({ '*': answer('no', { status: 404 }) });
    const { code } = await warm({ url: origin.url, entries: ONE, defaults: 'retries: 5' });
    expect(code).toBe(5);
    expect(origin.requests).toHaveLength(1);
  });

  it('gives up after the retries, with the last cause, and leaves the old entry', async () => {
    const origin = await place.startOrigin({ '*': answer('oops', { status: 500 }) });
    await place.redis.call('SET', 'k', 'old', 'EX', 100);
    const { code, stdout } = await warm({
      url: origin.url,
      entries: ONE,
      defaults: 'retries: 3',
      options: { random: () => 0 },
    });
    expect(code).toBe(5);
    expect(origin.requests).toHaveLength(4);
    expect(stdout).toContain('1 failed: the origin answered 500 Internal Server Error\n');
    expect(String(await place.redis.call('GET', 'k'))).toBe('old');
  });

  it('exits 3 where the origin is down', async () => {
    const port = await deadPort();
    const { code, stdout } = await warm({ url: `http://127.0.0.1:${port}`, entries: many(3) });
    expect(code).toBe(3);
    expect(stdout).toContain(`3 failed: the origin at 127.0.0.1:${port} refused the connection\n`);
    expect(stdout).toContain('  hint: is the application running, and is origin.base_url its address?');
  });

  it('exits 3 where the source of all targets cannot be reached', async () => {
    const port = await deadPort();
    const entries =
      '{ key: "k:{v}", path: "/{v}", foreach: { from: http, path: /ids, select: "[*]", as: v } }';
    const { code, stdout } = await warm({ url: `http://127.0.0.1:${port}`, entries, argv: ['--json'] });
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      stored: 0,
      failed: 1,
      failures: [{ code: 'origin.refused', targets: [{ key: null, url: `http://127.0.0.1:${port}/ids` }] }],
    });
  });

  it('exits 3 where the origin never answers, after the time limit', async () => {
    const origin = await place.startOrigin({ '*': hang });
    const { code, stdout } = await warm({
      url: origin.url,
      entries: ONE,
      defaults: 'retries: 0, timeout: 200ms',
    });
    expect(code).toBe(3);
    expect(stdout).toContain(`1 failed: the origin at ${origin.host} did not answer within 200 ms\n`);
  });

  it('limits the whole request, also where the body trickles', async () => {
    const origin = await place.startOrigin({
      '*': (_request, response) => {
        response.write('a');
        const timer = setInterval(() => response.write('a'), 20);
        response.on('close', () => clearInterval(timer));
      },
    });
    const { code } = await warm({ url: origin.url, entries: ONE, defaults: 'retries: 0, timeout: 300ms' });
    expect(code).toBe(3);
    expect(await place.redis.entryKeys()).toEqual([]);
  });

  it('cuts an answer of 2 GB off early', async () => {
    const big = stream(2 * 1024 ** 3);
    const origin = await place.startOrigin({ '/x': big.handler });
    const { code, stdout } = await warm({ url: origin.url, entries: ONE });
    await big.closed;
    expect(code).toBe(5);
    expect(stdout).toContain(`the answer of the origin at ${origin.host} is larger than 64 MB`);
    // What was sent beyond the limit is in the buffers of both sockets.
    expect(big.sent()).toBeLessThan(96 * 1024 ** 2);
    expect(await place.redis.entryKeys()).toEqual([]);
  });

  it('follows redirects on the same origin', async () => {
    const origin = await place.startOrigin({
      '/x': redirectTo('/y?z=1'),
      '/y': redirectTo('final', 308),
      '/final': answer('here'),
    });
    expect((await warm({ url: origin.url, entries: ONE })).code).toBe(0);
    expect(String(await place.redis.call('GET', 'k'))).toBe('here');
  });

  it('refuses redirects to another host, naming the host only', async () => {
    const other = await place.startOrigin({ '*': answer('stolen') });
    const origin = await place.startOrigin({
      '/x': redirectTo(`http://localhost:${other.url.split(':')[2]}/login?token=hush`),
    });
    const { code, stdout } = await warm({ url: origin.url, entries: ONE, defaults: 'retries: 3' });
    expect(code).toBe(5);
    expect(stdout).toMatch(
      /1 failed: the origin at 127\.0\.0\.1:\d+ redirects to another host, localhost:\d+\n/,
    );
    expect(stdout).not.toContain('hush');
    expect(other.requests).toHaveLength(0);
    expect(origin.requests).toHaveLength(1);
  });

  it('gives up on a circle of redirects', async () => {
    const origin = await place.startOrigin({ '/x': redirectTo('/x') });
    const { code, stdout } = await warm({ url: origin.url, entries: ONE });
    expect(code).toBe(5);
    expect(stdout).toContain('redirects more than 5 times');
    expect(origin.requests).toHaveLength(6);
  });

  it('does not store compressed bytes that nobody asked for', async () => {
    const origin = await place.startOrigin({
      '*': answer('zzz', { headers: { 'content-encoding': 'gzip' } }),
    });
    expect((await warm({ url: origin.url, entries: ONE })).stdout).toContain(
      '1 failed: the answer is compressed (gzip)',
    );
    const asked = await warm({
      url: origin.url,
      entries: '{ key: k, path: /x, headers: { Accept-Encoding: gzip } }',
    });
    expect(asked.code).toBe(0);
    expect(origin.requests.at(-1)?.headers['accept-encoding']).toBe('gzip');
  });

  it('fails the targets alone whose values, given by the origin, fit no header and no path', async () => {
    const values = ['ok', 'evil\r\nX-Injected: 1', '..', '', 'a/b?c#d', '\ud800'];
    const origin = await place.startOrigin({ '/ids': json(values), '*': answer('fine') });
    const entries =
      '{ key: "k:{v}", path: "/p/{v}", headers: { X-Id: "{v}" }, foreach: { from: http, path: /ids, select: "[*]", as: v } }';
    const { code, stdout } = await warm({ url: origin.url, entries });
    expect(code).toBe(5);
    expect(await place.redis.entryKeys()).toEqual(['k:a/b?c#d', 'k:ok']);
    expect(origin.requests.map(({ url }) => url).sort()).toEqual(['/ids', '/p/a%2Fb%3Fc%23d', '/p/ok']);
    expect(stdout).toContain(
      'cachectl.yaml:4: the value of header X-Id has a character that no header can hold',
    );
    expect(stdout).toContain('cachectl.yaml:4: the path /p/.. has a segment of dots, which leads elsewhere');
    expect(stdout).toContain('cachectl.yaml:4: {v} is empty');
    expect(stdout).toContain('cachectl.yaml:4: {v} is not valid Unicode text');
    expect(stdout).toContain('2 of 6 targets stored');
  });

  it('refuses ids that JSON numbers cannot hold exactly', async () => {
    const origin = await place.startOrigin({ '/ids': answer('[9007199254740993]'), '*': answer('fine') });
    const entries =
      '{ key: "k:{v}", path: "/p/{v}", foreach: { from: http, path: /ids, select: "[*]", as: v } }';
    const { code, stdout } = await warm({ url: origin.url, entries });
    expect(code).toBe(5);
    expect(stdout).toContain('which cannot be read exactly');
    expect(await place.redis.entryKeys()).toEqual([]);
  });
});

describe('warm, where Redis misbehaves', () => {
  it('asks the origin for nothing where Redis is down, and exits 3', async () => {
    const origin = await place.startOrigin({ '*': answer('fine') });
    const { code, stderr } = await warm({
      url: origin.url,
      entries: ONE,
      redisUrl: `redis://127.0.0.1:${await deadPort()}`,
    });
    expect(code).toBe(3);
    expect(stderr).toContain('refused the connection');
    expect(origin.requests).toHaveLength(0);
  });

  it('exits 4 and stores nothing where the user may not write', async () => {
    const origin = await place.startOrigin({ '*': answer('fine') });
    await place.redis.call('ACL', 'SETUSER', 'reader', 'on', '>pw', '~*', '+@read', '+@connection');
    const redisUrl = place.redis.url.replace('redis://', 'redis://reader:pw@');
    const { code, stdout } = await warm({ url: origin.url, entries: many(3), redisUrl });
    expect(code).toBe(4);
    expect(stdout).toContain('3 failed: the Redis user may not do this');
    expect(stdout).not.toContain('pw');
  });

  it('stops, reports and says what it has not reached where Redis goes away in the middle', async () => {
    const own = await startDoomedRedis();
    const origin = await place.startOrigin({
      '*': (request, response) => {
        if (request.url !== '/x/5') {
          response.end('fine');
          return;
        }
        void own.stop().then(() => response.end('too late'));
      },
    });
    const { code, stdout } = await warm({
      url: origin.url,
      entries: many(2_000),
      redisUrl: own.url,
      argv: ['--json', '--concurrency', '1'],
    });
    const report = JSON.parse(stdout) as {
      stored: number;
      failed: number;
      not_reached: number;
      interrupted: boolean;
    };
    expect(code).toBe(3);
    expect(report).toMatchObject({ stored: 4, failed: 1, not_reached: 1_995, interrupted: false });
    expect(origin.requests).toHaveLength(5);
    // A connection that is lost is opened again for some 13 s.
  }, 60_000);
});

describe('warm, interrupted', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('stops cleanly on %s, reports what was done and exits %i', async (signal, expected) => {
    let send: (signal: EndSignal) => void = () => undefined;
    const closed: Promise<void>[] = [];
    const origin = await place.startOrigin({
      '*': (_request, response, _number) => {
        if (origin.requests.length <= 6) response.end('fine');
        else {
          closed.push(new Promise((resolve) => response.on('close', resolve)));
          if (closed.length === 3) send(signal);
        }
      },
    });
    const { code, stdout, stderr } = await warm({
      url: origin.url,
      entries: many(100),
      argv: ['--json', '--concurrency', '3'],
      options: { onStart: (sender) => (send = sender) },
    });
    expect(code).toBe(expected);
    expect(stderr).toBe(`warning: interrupted by ${signal}\n`);
    expect(JSON.parse(stdout)).toMatchObject({
      interrupted: true,
      targets: 100,
      stored: 6,
      failed: 0,
      not_reached: 94,
    });
    expect(await place.redis.entryKeys()).toHaveLength(6);
    expect(await allHaveTtl()).toBe(true);
    await Promise.all(closed);
  });

  it('shows in the table what was not reached', async () => {
    let send: (signal: EndSignal) => void = () => undefined;
    const origin = await place.startOrigin({ '/x/1': answer('fine'), '*': () => send('SIGINT') });
    const { code, stdout } = await warm({
      url: origin.url,
      entries: many(10),
      argv: ['--concurrency', '1'],
      options: { onStart: (sender) => (send = sender) },
    });
    expect(code).toBe(130);
    expect(stdout).toMatch(/^scope {2}targets {2}stored .* failed {2}not reached {2}bytes /m);
    expect(stdout).toMatch(/^1 of 10 targets stored in .*, 9 not reached$/m);
  });

  it('prints a report also where it was interrupted while it asked its sources', async () => {
    let send: (signal: EndSignal) => void = () => undefined;
    const origin = await place.startOrigin({ '*': () => send('SIGINT') });
    const entries =
      '{ key: "k:{v}", path: "/{v}", foreach: { from: http, path: /ids, select: "[*]", as: v } }';
    const { code, stdout } = await warm({
      url: origin.url,
      entries,
      argv: ['--json'],
      options: { onStart: (sender) => (send = sender) },
    });
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({
      interrupted: true,
      targets: null,
      stored: 0,
      not_reached: null,
    });
  });

  it('ends at the time limit of the whole command with exit 3, and reports', async () => {
    const origin = await place.startOrigin({ '/x/1': answer('fine'), '*': hang });
    const isWaiting = until(
      async () => origin.requests.length === 5 && (await place.redis.call('EXISTS', 'k:1')) === 1,
    );
    const { result, passedMs } = await timedFrom(isWaiting, () =>
      warm({ url: origin.url, entries: many(5), argv: ['--timeout', '2s', '--json'] }),
    );
    expect(passedMs).toBeLessThan(10_000);
    expect(result.code).toBe(3);
    expect(JSON.parse(result.stdout)).toMatchObject({ stored: 1, not_reached: 4 });
  });
});
