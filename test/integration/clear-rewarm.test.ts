import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { answer, startOrigin, type TestOrigin } from '../support/http-origin.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runMain } from '../support/run-main.ts';
import { createSpecFolder, type SpecFolder } from '../support/spec-folder.ts';

let redis: TestRedis;
let origin: TestOrigin;
let spec: SpecFolder;
beforeAll(async () => {
  redis = await startTestRedis();
  spec = await createSpecFolder();
  origin = await startOrigin({
    '*': (request, response, number) =>
      /[89]$/.test(request.url ?? '')
        ? answer('no such item', { status: 404 })(request, response, number)
        : answer('new')(request, response, number),
  });
  await spec.write(`version: 1
connections: { default: { url: "${redis.url}" } }
origin: { base_url: "${origin.url}" }
scopes:
  items:
    entries:
      - { key: "item:{id}", path: "/items/{id}", foreach: { from: range, start: 1, end: 20, as: id } }
`);
});
afterAll(() => Promise.all([redis.stop(), origin.stop(), spec.remove()]));
beforeEach(async () => {
  await redis.call('FLUSHALL');
  for (let id = 1; id <= 20; id++) await redis.call('SET', `item:${id}`, 'old');
  await redis.call('SET', 'item:99', 'old');
});

async function clear(...argv: readonly string[]) {
  const run = await runMain(['clear', '--scope', 'items', '--json', ...argv], { cwd: spec.folder });
  return { code: run.code, stderr: run.stderr, report: JSON.parse(run.stdout) as Record<string, unknown> };
}

async function old(): Promise<number> {
  let count = 0;
  for (let id = 1; id <= 20; id++) if (String(await redis.call('GET', `item:${id}`)) === 'old') count++;
  return count;
}

test('a scope is exactly the keys that warm would fill', async () => {
  expect(await clear()).toMatchObject({ code: 0, stderr: '', report: { matched: 20, removed: 20 } });
  expect(await redis.keys()).toEqual(['item:99']);
});

test('rewarming stops when warming fails, and leaves the rest as it was', async () => {
  const { code, stderr, report } = await clear('--rewarm', '--chunk', '5');
  expect(code).toBe(5);
  expect(report).toMatchObject({ matched: 10, removed: 10, rewarmed: { stored: 8, failed: 2 } });
  expect(stderr).toMatch(/^error: warming failed for 2 keys \(.*404.*\); the rest was left as it was\n/);
  expect(await old()).toBe(10);
});

test('rewarming goes on within --max-failures', async () => {
  const { code, report } = await clear('--rewarm', '--chunk', '5', '--max-failures', '4');
  expect({ code, report }).toMatchObject({
    code: 0,
    report: { removed: 20, rewarmed: { stored: 16, failed: 4 } },
  });
  expect(await old()).toBe(0);
});

test('rewarming clears fewer keys at a time, and no more in a second, where --rate says so', async () => {
  const { code, report } = await clear('--rewarm', '--max-failures', '4', '--rate', '20/s');
  expect({ code, report }).toMatchObject({ code: 0, report: { removed: 20, rewarmed: { stored: 16 } } });
  // The first ten, and half a second later the others: without a rate all of them are one chunk.
  expect(report['elapsed_ms']).toBeGreaterThan(450);
});
