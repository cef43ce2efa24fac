import { afterAll, beforeAll, expect, test } from 'vitest';
import { searchKeys } from '../../../src/inspect/pick-key.ts';
import { createLayout } from '../../../src/keys/layout.ts';
import { connectTo, startTestRedis, type TestRedis } from '../../support/redis.ts';
import { runMain } from '../../support/run-main.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
  for (const key of ['shop:2:user:1', 'shop:2:user:2', 'shop:2:page*', 'blog:2:user:3', 'user:4'])
    await redis.call('SET', key, 'x');
});
afterAll(() => redis.stop());

async function search(
  typed: string,
): Promise<{ readonly keys: readonly string[]; readonly isWhole: boolean }> {
  const client = await connectTo(redis.url);
  try {
    const layout = createLayout({ type: 'django', prefixes: ['shop', 'blog'], versions: [2] });
    const tools = { layout, redis: () => Promise.resolve(client) };
    const { found, isWhole } = await searchKeys(typed, tools, new AbortController().signal);
    return { keys: found.map(({ logical }) => String(logical)), isWhole };
  } finally {
    await client.close();
  }
}

test.each([
  ['', ['page*', 'user:1', 'user:2', 'user:3']],
  ['ser:', ['user:1', 'user:2', 'user:3']],
  ['user:[13]', ['user:1', 'user:3']],
  ['page\\*', ['page*']],
  ['nobody', []],
])('%j finds the logical keys with it, or that match it', async (typed, expected) => {
  expect(await search(typed)).toEqual({ keys: expected, isWhole: true });
});

test('offers some of very many keys, and says that there are more', async () => {
  await redis.call(
    'MSET',
    ...Array.from({ length: 3_000 }, (_, index) => [`shop:2:many:${index}`, 'x']).flat(),
  );
  const { keys, isWhole } = await search('many');
  expect(keys).toHaveLength(50);
  expect(isWhole).toBe(false);
});

test('without a terminal it is a mistake to name no key, and it says what to do', async () => {
  const run = await runMain(['inspect', '--url', redis.url]);
  expect(run).toMatchObject({ code: 2, stdout: '' });
  expect(run.stderr).toContain('error: inspect needs KEY: a key to look at, or a framework address\n');
  expect(run.stderr).toContain('cachectl keys --pattern');
});
