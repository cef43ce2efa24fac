import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startOrigin, type TestOrigin } from '../support/http-origin.ts';
import { startProxy, type Proxy } from '../support/proxy.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runSafely } from '../support/run-safely.ts';
import { createSpecFolder, type SpecFolder } from '../support/spec-folder.ts';

const ROUND_TRIP_MS = 100;
const CONCURRENCY = 50;

let redis: TestRedis;
let origin: TestOrigin;
let spec: SpecFolder;
let proxy: Proxy;
/** So many requests come before any of them is answered, and then all are at once: no trickle of answers to write. */
let gathered = 1;
beforeAll(async () => {
  redis = await startTestRedis();
  const waiting: (() => void)[] = [];
  origin = await startOrigin({
    '*': (_request, response) => {
      waiting.push(() => response.end('{"fine":true}'));
      if (waiting.length >= gathered) for (const answer of waiting.splice(0)) answer();
    },
  });
  spec = await createSpecFolder();
  await spec.write(`version: 1
origin: { base_url: "${origin.url}" }
defaults: { ttl: 60s, retries: 0, concurrency: ${CONCURRENCY} }
scopes: { s: { entries: [{ key: "page:{n}", path: "/{n}", foreach: { from: range, start: 1, end: 100, as: n } }] } }
`);
  proxy = await startProxy(redis, { delayMs: ROUND_TRIP_MS / 2 });
});
afterAll(() => Promise.all([proxy.stop(), redis.stop(), origin.stop(), spec.remove()]));

/** What `-v` says of the traffic. */
async function traffic(...argv: readonly string[]) {
  const run = await runSafely([...argv, '-v', '--url', `redis://${proxy.address}`], { cwd: spec.folder });
  expect(run.code).toBe(0);
  const match = /^([\d,]+) commands? in ([\d,]+) round trips? to (\S+)$/m.exec(run.stderr);
  expect(match?.[3]).toBe(proxy.address);
  const number = (text: string | undefined): number => Number(text?.replaceAll(',', ''));
  return { commands: number(match?.[1]), roundTrips: number(match?.[2]), stdout: run.stdout };
}

/** One round trip says who we are, proves that commands are taken, and finds out what the server is. */
const HELLO = { commands: 3, roundTrips: 1 };

describe('over a network with 100 ms a round trip', () => {
  test('inspect asks for five keys in three round trips, two of them at once', async () => {
    for (let n = 1; n <= 5; n++) await redis.call('SET', `user:${n}`, 'value');
    const { commands, roundTrips } = await traffic(
      'inspect',
      'user:1',
      'user:2',
      'user:3',
      'user:4',
      'user:5',
    );
    expect(commands).toBeGreaterThan(5 * 6);
    // What warm has written down is asked for at the same time as the keys are.
    expect(roundTrips).toBe(HELLO.roundTrips + 3);
  });

  test('stats asks two things, at once', async () => {
    // For its figures, and whether a run that was killed has left the server's setting changed.
    expect(await traffic('stats')).toMatchObject({
      commands: HELLO.commands + 2,
      roundTrips: HELLO.roundTrips + 2,
    });
  });

  test('warm stores a hundred targets in few round trips', async () => {
    gathered = CONCURRENCY;
    const { commands, roundTrips } = await traffic('warm', '--scope', 's');
    gathered = 1;
    expect(commands).toBeGreaterThanOrEqual(HELLO.commands + 100);
    expect(roundTrips).toBeLessThanOrEqual(HELLO.roundTrips + 20);
    expect((await redis.keys()).filter((key) => key.startsWith('page:'))).toHaveLength(100);
  });

  test('clear removes 5,000 keys in about one round trip for each thousand', async () => {
    await redis.call('EVAL', "for i = 1, 5000 do redis.call('SET', 'item:' .. i, i) end", 0);
    const { roundTrips, stdout } = await traffic('clear', '--pattern', 'item:*', '--json');
    // How often it feels what others feel meanwhile depends on how long it takes.
    const { others_latency: felt } = JSON.parse(stdout) as { others_latency: { samples: number } | null };
    // 6 of SCAN and 6 of UNLINK at most; the rest is the two connections of its own.
    expect(roundTrips - (felt?.samples ?? 0)).toBeLessThanOrEqual(HELLO.roundTrips + 20);
    expect((await redis.keys()).filter((key) => key.startsWith('item:'))).toEqual([]);
  });

  test('loadtest sends three commands for each request at most', async () => {
    const { commands } = await traffic('loadtest', '--scope', 's', '--limit', '1', '-n', '4');
    // Read once before; then each round removes, stores and reads.
    expect(commands).toBeLessThanOrEqual(HELLO.commands + 3 + 4 * 3);
  });
});
