import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startOrigin, type TestOrigin } from '../support/http-origin.ts';
import { killWarm, leftovers } from '../support/kill-warm.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';

let redis: TestRedis;
let origin: TestOrigin;
let folder: string;
beforeAll(async () => {
  redis = await startTestRedis();
  origin = await startOrigin({
    '*': (request, response) => response.setHeader('etag', '"a"').end(`body of ${request.url}`),
  });
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

test.each([1, 20, 150, 600])(
  'a run killed after %i requests leaves no key without a TTL, and no lock beyond its time',
  async (requests) => {
    await redis.call('FLUSHALL');
    origin.reset();
    await killWarm(folder, redis.url, origin, requests);
    const { withoutTtl, lockMs } = await leftovers(redis);
    expect(withoutTtl).toEqual([]);
    expect(lockMs).toBeLessThanOrEqual(30_000);
  },
);
