import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startOrigin, type TestOrigin } from '../support/http-origin.ts';
import { killWarm, leftovers } from '../support/kill-warm.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';

const KILLS = 60;

let redis: TestRedis;
let origin: TestOrigin;
let folder: string;
beforeAll(async () => {
  redis = await startTestRedis();
  // A body that changes with every request, so that each run replaces what the last one left.
  origin = await startOrigin({ '*': (_request, response) => response.end(`${Math.random()}`.padEnd(20)) });
  folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
  await writeFile(
    path.join(folder, 'cachectl.yaml'),
    `version: 1
origin: { base_url: "${origin.url}" }
scopes: { s: { entries: [{ key: "k:{n}", path: "/{n}", tags: [all, "n:{n}"], foreach: { from: range, start: 1, end: 100000, as: n } }] } }
`,
  );
});
afterAll(async () => {
  await Promise.all([redis.stop(), origin.stop(), rm(folder, { recursive: true })]);
});

test(`${KILLS} runs killed at random leave no key without a TTL, and no lock beyond its time`, async () => {
  let written = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    origin.reset();
    await killWarm(folder, redis.url, origin, 1 + Math.floor(Math.random() ** 2 * 5_000));
    const { withoutTtl, lockMs, keys } = await leftovers(redis);
    expect(withoutTtl).toEqual([]);
    expect(lockMs).toBeLessThanOrEqual(30_000);
    written = Math.max(written, keys);
    // The next run is another machine's: it does not wait for the dead one's lock here.
    await redis.call('DEL', 'cachectl:lock:warm:s');
  }
  expect(written).toBeGreaterThan(0);
});
