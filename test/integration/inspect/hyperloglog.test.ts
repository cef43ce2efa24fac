import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { runMain } from '../../support/run-main.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

const inspect = (...argv: readonly string[]) => runMain(['inspect', 'visitors', '--url', redis.url, ...argv]);

test.each([
  [0, 'sparse'],
  [1, 'sparse'],
  [300, 'sparse'],
  [60_000, 'dense'],
])('tells how many members a HyperLogLog has counted, as PFCOUNT does: %d, %s', async (members, encoding) => {
  await redis.call('DEL', 'visitors');
  await redis.call('PFADD', 'visitors');
  for (let from = 0; from < members; from += 10_000) {
    const names = Array.from({ length: Math.min(10_000, members - from) }, (_, index) => `v${from + index}`);
    await redis.call('PFADD', 'visitors', ...names);
  }
  const stored = await redis.call('GET', 'visitors');
  const run = await inspect('--json');
  expect(run).toMatchObject({ code: 0, stderr: '' });
  // Looking has not written into it, and PFCOUNT does.
  expect(await redis.call('GET', 'visitors')).toEqual(stored);
  const counted = Number(await redis.call('PFCOUNT', 'visitors'));
  const { keys } = JSON.parse(run.stdout) as { keys: { value: { data: unknown; chain: unknown } }[] };
  expect(keys[0]?.value).toMatchObject({
    chain: ['hyperloglog'],
    data: { 'estimated members': counted, encoding, registers: 16_384 },
  });
});

test('is shown for people, and one that is damaged as bytes', async () => {
  await redis.call('DEL', 'visitors');
  await redis.call('PFADD', 'visitors', 'a', 'b', 'c');
  expect((await inspect()).stdout).toMatch(
    /^format +hyperloglog\nvalue\n {2}\{\n {4}"estimated members": 3,/m,
  );
  await redis.call('SETRANGE', 'visitors', 16, Buffer.from([0x7f, 0xff, 0x7f]));
  expect((await inspect()).stdout).toContain('|HYLL');
});
