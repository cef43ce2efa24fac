import { spawn } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { LOCK_LIFE_MS } from '../../src/warm/lock.ts';
import { answer, hang, inTurn, redirectTo, type OriginHandler } from '../support/http-origin.ts';
import { runMain, type RunOptions, type RunResult } from '../support/run-main.ts';
import { useWarmPlace } from '../support/warm-place.ts';
import { until } from '../support/until.ts';

const place = useWarmPlace();

interface Run {
  readonly origin: string;
  readonly entries: string;
  readonly defaults?: string;
  readonly originKeys?: string;
  readonly argv?: readonly string[];
  readonly options?: RunOptions;
}

async function warm(run: Run): Promise<RunResult> {
  await writeSpec(run);
  return start(run);
}

async function writeSpec(run: Run): Promise<void> {
  await place.spec.write(`version: 1
origin: { base_url: "${run.origin}"${run.originKeys ?? ''} }
defaults: { ttl: 60s, ${run.defaults ?? 'retries: 0'} }
scopes: { s: { entries: [${run.entries}] } }
`);
}

async function start(run: Run): Promise<RunResult> {
  return runMain(['warm', '-s', 's', '--url', place.redis.url, '--json', ...(run.argv ?? [])], {
    cwd: place.spec.folder,
    ...run.options,
  });
}

const many = (count: number): string =>
  `{ key: "k:{n}", path: "/x/{n}", foreach: { from: range, start: 1, end: ${count}, as: n } }`;

const LOCK = 'cachectl:lock:warm:s';

describe('warm goes easy on the origin', () => {
  it('sends no more requests in a time than --rate says', async () => {
    const origin = await place.startOrigin({ '*': answer('x') });
    const startedAt = performance.now();
    await warm({ origin: origin.url, entries: many(21), argv: ['--rate', '50/s'] });
    expect(origin.requests).toHaveLength(21);
    // 21 requests are 20 spaces of 20 ms.
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(395);
  });

  it('keeps to the concurrency of one host', async () => {
    const origin = await place.startOrigin({
      '*': (_request, response) => setImmediate(() => response.end('x')),
    });
    await warm({ origin: origin.url, entries: many(40), argv: ['--concurrency-per-host', '3'] });
    expect(origin.mostAtOnce()).toBeLessThanOrEqual(3);
    expect(await place.redis.entryKeys()).toHaveLength(40);
  });

  it('warms an origin completely that takes few requests, without a storm of retries', async () => {
    // Ten requests in every 300 ms; what comes beyond that is told to wait.
    let windowStart = 0;
    let inWindow = 0;
    let refused = 0;
    const origin = await place.startOrigin({
      '*': (_request, response) => {
        const now = performance.now();
        if (now - windowStart > 300) [windowStart, inWindow] = [now, 0];
        if (++inWindow <= 10) response.end('x');
        else {
          refused++;
          response.writeHead(429).end();
        }
      },
    });
    const { code, stdout } = await warm({ origin: origin.url, entries: many(60), defaults: 'retries: 2' });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ stored: 60, failed: 0 });
    expect(origin.requests).toHaveLength(60 + refused);
    expect(refused).toBeLessThan(60);
  });

  it('holds all requests back for as long as one answer asks', async () => {
    const times: number[] = [];
    const origin = await place.startOrigin({
      '*': (_request, response) => {
        times.push(performance.now());
        if (times.length === 1) response.writeHead(429, { 'retry-after': '1' }).end();
        else response.end('x');
      },
    });
    await warm({
      origin: origin.url,
      entries: many(10),
      defaults: 'retries: 1',
      argv: ['--concurrency', '1'],
      options: { random: () => 0 },
    });
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(990);
    expect(times).toHaveLength(11);
  });

  it('begins low with adaptive and shows the curve', async () => {
    const origin = await place.startOrigin({ '*': answer('x') });
    const { stdout } = await warm({
      origin: origin.url,
      entries: many(60),
      defaults: 'adaptive: true, retries: 0',
      // Every answer takes as long as the others: a machine that stands still is no origin that grows slow.
      options: { monotonicMs: () => 0 },
    });
    const { hosts } = JSON.parse(stdout) as { hosts: { concurrency_curve: number[] }[] };
    expect(hosts[0]?.concurrency_curve[0]).toBeLessThanOrEqual(3);
    expect(Math.max(...(hosts[0]?.concurrency_curve ?? []))).toBe(16);
  });

  it('asks what failed once more at the end', async () => {
    const origin = await place.startOrigin({
      '/x/3': inTurn(answer('', { status: 500 }), answer('', { status: 500 }), answer('at last')),
      '*': answer('x'),
    });
    const { code, stdout } = await warm({
      origin: origin.url,
      entries: many(5),
      defaults: 'retries: 1',
      options: { random: () => 0 },
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ stored: 5, failed: 0, second_chances: 1 });
    expect(String(await place.redis.call('GET', 'k:3'))).toBe('at last');
  });

  it.each([
    ['headers_timeout: 150ms', hang, 'did not begin to answer within 150 ms'],
    [
      'body_timeout: 150ms',
      (_request, response) => void response.write('half'),
      'did not finish its answer within 150 ms',
    ],
  ])('limits the time by %s', async (key, handler, message) => {
    const origin = await place.startOrigin({ '*': handler });
    const { code, stdout } = await warm({
      origin: origin.url,
      entries: many(1),
      defaults: `retries: 0, ${key}`,
    });
    expect(code).toBe(3);
    expect(stdout).toContain(message);
  });

  it('limits the time to connect', async () => {
    // A server that takes no connection: the system keeps a few for it, and then answers nobody any more.
    const source =
      'require("net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, function () { console.log(this.address().port); })';
    const child = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'inherit'] });
    const waiting: Socket[] = [];
    try {
      const port = Number(await new Promise((resolve) => child.stdout.once('data', resolve)));
      child.kill('SIGSTOP');
      let connected = 0;
      for (let i = 0; i < 8; i++) {
        const socket = connect(port, '127.0.0.1', () => void connected++).on('error', () => undefined);
        waiting.push(socket);
      }
      await until(() => connected >= 2);
      const { code, stdout } = await warm({
        origin: `http://127.0.0.1:${port}`,
        entries: many(1),
        defaults: 'retries: 0, timeout: 20s, connect_timeout: 200ms',
      });
      expect(code).toBe(3);
      expect(stdout).toContain(`the origin at 127.0.0.1:${port} did not take the connection in time`);
    } finally {
      for (const socket of waiting) socket.destroy();
      child.kill('SIGKILL');
    }
  });

  it('follows redirects to allowed hosts, without the headers that are meant for the origin', async () => {
    const other = await place.startOrigin({ '*': answer('from elsewhere') });
    const origin = await place.startOrigin({ '*': redirectTo(`${other.url}/there`) });
    const entries = '{ key: k, path: /x, headers: { Authorization: Bearer hush, Accept-Language: de } }';
    expect((await warm({ origin: origin.url, entries })).code).toBe(5);
    expect(other.requests).toHaveLength(0);
    const originKeys = `, allowed_hosts: ["${other.host}"]`;
    expect((await warm({ origin: origin.url, entries, originKeys })).code).toBe(0);
    expect(String(await place.redis.call('GET', 'k'))).toBe('from elsewhere');
    expect(other.requests[0]?.headers['authorization']).toBeUndefined();
    expect(other.requests[0]?.headers['accept-language']).toBe('de');
  });
});

describe('a broken deploy', () => {
  const broken: OriginHandler = answer('broken', { status: 404 });

  it.each([
    [['--max-failures', '5'], 6, 'more than 5 failures'],
    [['--max-failures', '10%'], 11, 'more than 10% failed'],
    [['--stop-on-failure'], 1, 'the first failure'],
  ])('is not hammered with %j', async (argv, requests, words) => {
    const origin = await place.startOrigin({ '*': broken });
    const { code, stdout } = await warm({
      origin: origin.url,
      entries: many(100),
      argv: [...argv, '--concurrency', '1'],
    });
    expect(code).toBe(5);
    expect(origin.requests).toHaveLength(requests);
    expect(JSON.parse(stdout)).toMatchObject({
      stopped_by: words,
      failed: requests,
      not_reached: 100 - requests,
    });
  });

  it('exits 0 with --allow-failures, and reports the failures all the same', async () => {
    const origin = await place.startOrigin({ '*': broken });
    const { code, stdout } = await warm({ origin: origin.url, entries: many(3), argv: ['--allow-failures'] });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ failed: 3 });
  });

  it.each([
    [['--max-failures', 'some'], '--max-failures takes a number or a percentage'],
    [['--rate', '50'], '--rate takes a rate such as 50/s'],
    [['--force', '--only-missing'], 'contradict each other'],
    [['--stop-on-failure', '--max-failures', '3'], 'contradict each other'],
    [['--lock', 'maybe'], '--lock takes wait, skip, off'],
  ])('refuses %j', async (argv, message) => {
    const { code, stderr } = await warm({ origin: 'http://127.0.0.1:1', entries: many(1), argv });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe('two runs of one scope', () => {
  it('do not overlap: the second waits for the first', async () => {
    const order: string[] = [];
    let onWait: () => void = () => undefined;
    const oneWaits = new Promise<void>((resolve) => (onWait = resolve));
    const origin = await place.startOrigin({
      '*': (request, response) => {
        order.push(request.url ?? '');
        // Whichever has the lock is not done before the other one has come to it.
        void oneWaits.then(() => response.end('x'));
      },
    });
    const onStderr = (text: string): void => {
      if (text.includes('another run is warming scope s; waiting for it')) onWait();
    };
    const run = { origin: origin.url, entries: many(5), argv: ['--force'], options: { onStderr } };
    await writeSpec(run);
    const results = await Promise.all([start(run), start(run)]);
    expect(results.map(({ code }) => code)).toEqual([0, 0]);
    const sorted = (list: readonly string[]): readonly string[] => [...list].sort();
    expect(sorted(order.slice(0, 5))).toEqual(sorted(order.slice(5)));
    expect(await place.redis.call('EXISTS', LOCK)).toBe(0);
  });

  it('are one with --lock skip, and two with --lock off', async () => {
    const origin = await place.startOrigin({ '*': answer('x') });
    await place.redis.call('SET', LOCK, 'somebody else', 'PX', 60_000);
    const skipped = await warm({ origin: origin.url, entries: many(5), argv: ['--lock', 'skip'] });
    expect(skipped.code).toBe(0);
    expect(skipped.stderr).toBe('warning: another run is warming scope s: left to it (--lock skip)\n');
    expect(JSON.parse(skipped.stdout)).toMatchObject({ targets: 0, locked_scopes: ['s'] });
    expect(origin.requests).toHaveLength(0);
    const off = await warm({ origin: origin.url, entries: many(5), argv: ['--lock', 'off'] });
    expect(JSON.parse(off.stdout)).toMatchObject({ stored: 5 });
    expect(String(await place.redis.call('GET', LOCK))).toBe('somebody else');
  });

  it('hold a lock that runs out by itself, and do not give back one that is not theirs', async () => {
    const lives: number[] = [];
    const origin = await place.startOrigin({
      '*': (_request, response) => {
        void (async () => {
          lives.push(Number(await place.redis.call('PTTL', LOCK)));
          await place.redis.call('SET', LOCK, 'taken over', 'PX', 60_000);
          response.end('x');
        })();
      },
    });
    await warm({ origin: origin.url, entries: many(1) });
    expect(lives[0]).toBeGreaterThan(0);
    expect(lives[0]).toBeLessThanOrEqual(LOCK_LIFE_MS);
    expect(String(await place.redis.call('GET', LOCK))).toBe('taken over');
  });

  it('lock without scripts where the Redis user may not run them', async () => {
    const origin = await place.startOrigin({ '*': answer('x') });
    await place.redis.call('ACL', 'SETUSER', 'plain', 'on', '>pw', '~*', '+@all', '-@scripting');
    await place.spec.write(`version: 1
origin: { base_url: "${origin.url}" }
scopes: { s: { entries: [${many(5)}] } }
`);
    const plain = await runMain(['warm', '-s', 's', '--json'], {
      cwd: place.spec.folder,
      env: { REDIS_URL: place.redis.url.replace('redis://', 'redis://plain:pw@') },
    });
    expect({ code: plain.code, stderr: plain.stderr }).toEqual({ code: 0, stderr: '' });
    expect(await place.redis.call('EXISTS', LOCK)).toBe(0);
    const keys = await place.redis.keys();
    expect(keys).toHaveLength(10);
    for (const key of keys) expect(Number(await place.redis.call('PTTL', key))).toBeGreaterThan(0);
  });
});
