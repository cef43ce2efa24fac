import { afterEach, describe, expect, it } from 'vitest';
import { deadPort } from '../support/dead-port.ts';
import {
  answer,
  cutMidBody,
  hang,
  inTurn,
  startOrigin,
  type OriginHandler,
  type TestOrigin,
} from '../support/http-origin.ts';
import { runBinary } from '../support/run-binary.ts';
import { runMain } from '../support/run-main.ts';
import { startTcpServer } from '../support/tcp-server.ts';
import { parseLoad, type LoadJson } from '../support/loadtest-report-json.ts';

let origin: TestOrigin | undefined;
afterEach(() => origin?.stop());

async function open(handlers: Readonly<Record<string, OriginHandler>>): Promise<TestOrigin> {
  origin = await startOrigin(handlers);
  return origin;
}

async function load(url: string, args: string): Promise<LoadJson> {
  const result = await runMain(['loadtest', '--url', url, ...args.split(' '), '--json'], { cwd: '/' });
  return parseLoad(result);
}

function percentile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? Number.NaN;
}

/** Stands still for one second in ten, from the fourth second on; otherwise answers at once. */
function stallingOrigin(): OriginHandler {
  let startedAt: number | undefined;
  return (_request, response) => {
    startedAt ??= performance.now();
    const at = performance.now() - startedAt;
    const leftMs = at >= 4_000 && at < 5_000 ? 5_000 - at : 0;
    if (leftMs === 0) response.end('quick');
    else setTimeout(() => response.end('late'), leftMs);
  };
}

// A machine takes its time for something else now and then, and is asked again: what is wrong with the figures themselves
// is wrong each time. Where nothing disturbs: test/unit/loadtest/engine/load-loop.

describe('an origin that stands still for one second in ten', () => {
  const name =
    'has the p99 that it has by calculation, and not the one that a tester sees who waits for answers';
  it(name, { retry: 2 }, async () => {
    const { url } = await open({ '/': stallingOrigin() });
    // Five requests under way, as five connections of a closed load: the others cannot even be sent meanwhile.
    const { totals } = await load(url, '--rate 100/s --duration 10s --max-in-flight 5');
    expect([totals.sent, totals.failed, totals.dropped]).toEqual([1_000, 0, 0]);
    // A tenth of all requests is due in the second of the stall, evenly, and is answered at its end. So the
    // slowest hundredth of all is the first tenth of that second: it waits for 900 ms and more.
    expect(Math.abs((totals.latency?.p99_ms ?? 0) - 900)).toBeLessThan(900 * 0.05);
    expect(Math.abs((totals.uncorrected_latency?.p99_ms ?? 0) - 900)).toBeGreaterThan(900 * 0.05);
    expect(totals.uncorrected_latency?.p99_ms).toBeLessThan(500);
  });
});

describe('an origin whose latencies are known', () => {
  it('has them at every percentile, within 2 % or 1 ms', { retry: 5 }, async () => {
    // 40 times 10, 25, 50, 75 and 100 ms in equal parts, mixed.
    const known = Array.from({ length: 200 }, (_, index) => [10, 25, 50, 75, 100][(index * 7) % 5] ?? 0);
    const taken: number[] = [];
    let next = 0;
    const { url } = await open({
      '/': (_request, response) => {
        const arrivedAt = performance.now();
        setTimeout(() => {
          taken.push(performance.now() - arrivedAt);
          response.end('known');
        }, known[next++]);
      },
    });
    const { totals } = await load(url, '--requests 200 --connections 4');
    expect(totals.succeeded).toBe(200);
    // What the origin itself took, timers of a busy machine included, is the truth here.
    const sorted = taken.sort((a, b) => a - b);
    const truth = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
    for (const [share, measured] of [
      [0.5, totals.latency?.p50_ms],
      [0.75, totals.latency?.p75_ms],
      [0.9, totals.latency?.p90_ms],
      [0.95, totals.latency?.p95_ms],
    ] as const) {
      const off = (measured ?? Number.NaN) - truth(share);
      // Never less than the origin took; beyond it only what the way costs.
      expect(off).toBeGreaterThanOrEqual(-truth(share) * 0.001);
      expect(off).toBeLessThanOrEqual(Math.max(truth(share) * 0.02, 1));
    }
  });
});

describe('an open load of 1,000 requests a second', () => {
  // Alone on the machine, as far as a test can be.
  it('arrives as it was planned: p99 of the deviation under 2 ms', { retry: 9 }, async () => {
    const arrivals: number[] = [];
    const { url } = await open({
      '/': (_request, response) => {
        arrivals.push(performance.now());
        response.end('here');
      },
    });
    // In a process of its own, as it is used: here the origin would take turns with it.
    const argv = `loadtest --url ${url} --rate 1000/s --warmup 1s --duration 3s --json`;
    const { totals } = parseLoad(await runBinary(argv.split(' ')));
    expect([totals.sent, totals.dropped, arrivals.length]).toEqual([3_000, 0, 4_000]);
    // One a millisecond. When the first was due, the origin cannot know: what all take alike is no deviation.
    const offsets = arrivals.slice(1_000).map((at, index) => at - index);
    const usual = percentile(offsets, 0.5);
    const deviation = percentile(
      offsets.map((offset) => Math.abs(offset - usual)),
      0.99,
    );
    expect(deviation).toBeLessThan(2);
    expect(totals.start_delay?.p99_ms).toBeLessThan(2);
  });
});

describe('what the report says was sent', () => {
  it('is what the origin counted, closed and open, the warm-up included', async () => {
    const { url, requests } = await open({ '*': answer('page') });
    const closed = await load(`${url}/closed`, '--requests 300 --connections 7');
    expect(closed.totals.sent).toBe(300);
    expect(requests).toHaveLength(300);
    const open_ = await load(`${url}/open`, '--rate 200/s --duration 500ms --warmup 500ms');
    const { sent, warmup_requests, dropped } = open_.totals;
    expect([sent, warmup_requests, dropped]).toEqual([100, 100, 0]);
    expect(requests).toHaveLength(500);
  });

  it('adds up with what had to be dropped', async () => {
    const { url, requests } = await open({ '/': inTurn(answer('one and no more'), hang) });
    const { totals } = await load(
      url,
      '--rate 100/s --duration 500ms --max-in-flight 2 --request-timeout 200ms',
    );
    expect(totals.sent + totals.dropped).toBe(50);
    expect(totals.dropped).toBeGreaterThan(20);
    expect(requests).toHaveLength(totals.sent);
    expect(totals.failures_by_cause).toEqual({ 'origin.timeout': totals.sent - 1 });
  });
});

describe('errors are not successes', () => {
  it('but each has its own name', async () => {
    const { url } = await open({
      '/fine': answer('fine'),
      '/status': answer('broken', { status: 500 }),
      '/hang': hang,
      '/truncated': cutMidBody,
      '/reset': (request) => request.socket.resetAndDestroy(),
    });
    const garbage = await startTcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    const closedPort = await deadPort();
    const targets = ['/fine', '/status', '/hang', '/truncated', '/reset'].map((path) => url + path);
    const all = [...targets, `http://127.0.0.1:${closedPort}/`, `http://127.0.0.1:${garbage.port}/`];
    const argv = all.flatMap((target) => ['--url', target]);
    const result = await runMain(
      ['loadtest', ...argv, '--requests', '14', '--request-timeout', '300ms', '--json'],
      { cwd: '/' },
    );
    await garbage.close();
    expect(result.code).toBe(5);
    expect(parseLoad(result).totals).toMatchObject({
      sent: 14,
      succeeded: 2,
      failures_by_cause: {
        'status 500': 2,
        'origin.timeout': 2,
        'origin.truncated': 2,
        'origin.reset': 2,
        'origin.refused': 2,
        'origin.invalid': 2,
      },
      latency: { count: 2 },
    });
  });
});
