import { execFile } from 'node:child_process';
import { Agent, get } from 'node:http';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
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

function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** When a request came, and when it was answered. */
interface Seen {
  readonly arrivedAt: number;
  answeredAt: number;
}

/** Stands still for one second in ten, from the fourth second on; otherwise answers at once. Takes down what it does. */
function stallingOrigin(seen: Seen[]): OriginHandler {
  return (_request, response) => {
    const arrivedAt = performance.now();
    const one: Seen = { arrivedAt, answeredAt: Number.NaN };
    seen.push(one);
    const at = arrivedAt - (seen[0]?.arrivedAt ?? arrivedAt);
    const answer = (): void => {
      one.answeredAt = performance.now();
      response.end('answer');
    };
    if (at >= 4_000 && at < 5_000) setTimeout(answer, 5_000 - at);
    else answer();
  };
}

describe('an origin that stands still for one second in ten', () => {
  it('has the p99 that it has by calculation, and not the one that a tester sees who waits for answers', async () => {
    const seen: Seen[] = [];
    const { url } = await open({ '/': stallingOrigin(seen) });
    // Five requests under way, as five connections of a closed load: the others cannot even be sent meanwhile.
    const { totals } = await load(url, '--rate 100/s --duration 10s --max-in-flight 5');
    expect([totals.sent, totals.failed, totals.dropped]).toEqual([1_000, 0, 0]);
    // One was due every 10 ms, and none can have come before that: the one that came soonest tells when the first was due.
    const firstDueAt = Math.min(...seen.map(({ arrivedAt }, index) => arrivedAt - index * 10));
    const waited = seen.map(({ answeredAt }, index) => answeredAt - (firstDueAt + index * 10));
    const truth = percentile(waited, 0.99);
    // A tenth of all requests is due in the second of the stall, evenly, and is answered at its end. So the
    // slowest hundredth of all is the first tenth of that second: it waits for 900 ms, and where the machine stands
    // still as well, for as much longer.
    expect(truth).toBeGreaterThan(900 * 0.95);
    expect(Math.abs((totals.latency?.p99_ms ?? 0) - truth)).toBeLessThan(truth * 0.05);
    expect(totals.uncorrected_latency?.p99_ms).toBeLessThan(500);
  });
});

/** What Node's own client measures of so many requests, so many at once, in ms. */
async function askPlainly(url: string, count: number, connections: number): Promise<readonly number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const measured: number[] = [];
  let left = count;
  const askInTurn = async (): Promise<void> => {
    while (left-- > 0) {
      const startedAt = performance.now();
      await new Promise<void>((resolve, reject) => {
        get(url, { agent }, (response) => response.resume().on('end', resolve)).on('error', reject);
      });
      measured.push(performance.now() - startedAt);
    }
  };
  await Promise.all(Array.from({ length: connections }, askInTurn));
  agent.destroy();
  return measured;
}

describe('an origin whose latencies are known', () => {
  it('has them at every percentile, within 2 % or 1 ms, or as near as any client on this machine comes', async () => {
    // 40 times 10, 25, 50, 75 and 100 ms in equal parts, mixed.
    const known = Array.from({ length: 200 }, (_, index) => [10, 25, 50, 75, 100][(index * 7) % 5] ?? 0);
    /** What the origin itself took, timers of a busy machine included: that is the truth here. */
    const taken: Record<string, number[]> = {};
    const { url } = await open({
      '*': (request, response, number) => {
        const arrivedAt = performance.now();
        setTimeout(
          () => {
            (taken[request.url ?? ''] ??= []).push(performance.now() - arrivedAt);
            response.end('known');
          },
          known[number - 1],
        );
      },
    });
    const SHARES = [0.5, 0.75, 0.9, 0.95] as const;
    const rounds: { readonly truth: number; readonly off: number; readonly plainOff: number }[][] = [];
    // A moment in which the machine stands still is one in three; both clients ask at the same time, and feel the same.
    for (const round of [1, 2, 3]) {
      const [{ totals }, plainly] = await Promise.all([
        load(`${url}/tool/${round}`, '--requests 200 --connections 4'),
        askPlainly(`${url}/plain/${round}`, 200, 4),
      ]);
      expect(totals.succeeded).toBe(200);
      const { p50_ms, p75_ms, p90_ms, p95_ms } = totals.latency ?? {};
      const measured = [p50_ms, p75_ms, p90_ms, p95_ms].map((ms) => ms ?? Number.NaN);
      rounds.push(
        SHARES.map((share, index) => {
          const truth = percentile(taken[`/tool/${round}`] ?? [], share);
          const off = (measured[index] ?? Number.NaN) - truth;
          // Never less than the origin took.
          expect(off).toBeGreaterThanOrEqual(-truth * 0.001);
          const plainOff = percentile(plainly, share) - percentile(taken[`/plain/${round}`] ?? [], share);
          return { truth, off, plainOff };
        }),
      );
    }
    for (const index of SHARES.keys()) {
      const of = (name: 'truth' | 'off' | 'plainOff'): number =>
        median(rounds.map((round) => round[index]?.[name] ?? Number.NaN));
      // Beyond what the origin took only what the way costs.
      expect(of('off')).toBeLessThanOrEqual(Math.max(of('truth') * 0.02, 1, of('plainOff')));
    }
  });
});

/** How far arrivals are from one a millisecond, in ms: what all but one in a hundred keep to. */
function deviation(arrivals: readonly number[]): number {
  // When the first was due, the origin cannot know: what all take alike is no deviation.
  const offsets = arrivals.map((at, index) => at - index);
  const usual = median(offsets);
  return percentile(
    offsets.map((offset) => Math.abs(offset - usual)),
    0.99,
  );
}

describe('an open load of 1,000 requests a second', () => {
  // Alone on the machine, as far as a test can be. Where nothing at all disturbs: test/unit/loadtest/engine/load-loop.
  it('arrives as it was planned: p99 of the deviation under 2 ms, or under what the machine itself deviates by', async () => {
    const arrivals: Record<string, number[]> = {};
    const { url } = await open({
      '*': (request, response) => {
        (arrivals[request.url ?? ''] ??= []).push(performance.now());
        response.end('here');
      },
    });
    const plainLoad = fileURLToPath(new URL('plain-load.mjs', import.meta.url));
    const own: number[] = [];
    const delays: number[] = [];
    const machine: number[] = [];
    // In turn, and the median of each: a machine that stands still for a moment disturbs one of them.
    for (const round of [1, 2, 3, 4, 5]) {
      // In a process of its own, as it is used: here the origin would take turns with it.
      const argv = `loadtest --url ${url}/own/${round} --rate 1000/s --warmup 1s --duration 1s --json`;
      const { totals } = parseLoad(await runBinary(argv.split(' ')));
      const all = arrivals[`/own/${round}`] ?? [];
      expect([totals.sent, totals.dropped, all.length]).toEqual([1_000, 0, 2_000]);
      own.push(deviation(all.slice(1_000)));
      delays.push(totals.start_delay?.p99_ms ?? Number.NaN);
      await promisify(execFile)(process.execPath, [plainLoad, `${url}/plain/${round}`, '1000', '2000']);
      machine.push(deviation((arrivals[`/plain/${round}`] ?? []).slice(1_000)));
    }
    const most = Math.max(2, 2 * median(machine));
    expect(median(own)).toBeLessThan(most);
    expect(median(delays)).toBeLessThan(most);
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
      '--rate 100/s --duration 500ms --max-in-flight 2 --request-timeout 1s',
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
      ['loadtest', ...argv, '--requests', '14', '--request-timeout', '2s', '--json'],
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
