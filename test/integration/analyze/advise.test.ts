import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { runMain } from '../../support/run-main.ts';
import { shellWords } from '../../support/shell-words.ts';

interface Finding {
  readonly code: string;
  readonly subject: string | null;
  readonly title: string;
  readonly evidence: readonly string[];
  readonly mend: readonly string[];
}

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis(['--maxmemory', '1gb', '--maxmemory-policy', 'allkeys-lru']);
});
afterAll(() => redis.stop());
beforeEach(() => redis.call('FLUSHALL'));

async function findings(): Promise<readonly Finding[]> {
  const run = await runMain(['analyze', '--advise', '--json', '--url', redis.url]);
  expect(run).toMatchObject({ code: 0, stderr: '' });
  return (JSON.parse(run.stdout) as { readonly findings: readonly Finding[] }).findings;
}

async function fill(name: string, count: number, value: string, ...rest: readonly (string | number)[]) {
  for (let id = 10; id < 10 + count; id++) await redis.call('SET', `${name}:${id}`, value, ...rest);
}

/** Runs the first command that a finding names. */
async function mend(finding: Finding | undefined): Promise<void> {
  const [, ...argv] = shellWords(finding?.mend[0] ?? '');
  expect(await runMain([...argv, '--url', redis.url])).toMatchObject({ code: 0, stderr: '' });
}

test('a cache in order has nothing to mend, and says so', async () => {
  for (let id = 10; id < 200; id++) await redis.call('SET', `user:${id}`, 'x', 'EX', 600 + 60 * id);
  expect(await findings()).toEqual([]);
  const { stdout } = await runMain(['analyze', '--advise', '--url', redis.url]);
  expect(stdout).toMatch(/^Advice\nnothing to mend was found$/m);
});

test('keys without TTL among others that have one are found, and the command gives them one', async () => {
  for (let id = 10; id < 110; id++) await redis.call('SET', `session:${id}`, 'x', 'EX', 3_600 + 60 * id);
  await fill('session', 5, 'x');
  await fill('config', 5, 'stays');
  const [finding, ...others] = await findings();
  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    code: 'ttl.missing',
    subject: 'session:{n}',
    title: '5 of 100 keys under session: never expire, and the others do',
  });
  expect(finding?.evidence.at(-1)).toMatch(/^for example session:1[0-4]$/);
  expect(finding?.mend[0]).toMatch(
    /^cachectl ttl --pattern 'session:\*' --set \dh --only-missing --jitter 10%$/,
  );
  await mend(finding);
  expect(await findings()).toEqual([]);
  expect(await redis.call('TTL', 'config:10')).toBe(-1);
});

test('keys that expire all at once are found, and the command spreads them', async () => {
  await fill('price', 300, 'x', 'EX', 7_200);
  const [finding, ...others] = await findings();
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ code: 'ttl.together', subject: 'price:{n}' });
  expect(finding?.title).toBe('about 100.0% of the 300 keys price:{n} expire in the same minute');
  await mend(finding);
  expect(await findings()).toEqual([]);
});

test('short lives are not said to expire together', async () => {
  await fill('price', 300, 'x', 'EX', 60);
  expect(await findings()).toEqual([]);
});

test('big values are worth compressing only where that was measured', async () => {
  const noise = Buffer.from(Array.from({ length: 40_000 }, () => Math.floor(Math.random() * 256)));
  for (let id = 10; id < 60; id++) {
    await redis.call('SET', `page:${id}`, '<li class="product">'.repeat(2_000), 'EX', 60 * id);
    await redis.call('SET', `image:${id}`, noise, 'EX', 60 * id);
  }
  const [finding, ...others] = await findings();
  expect(others).toEqual([]);
  expect(finding).toMatchObject({ code: 'values.compress', subject: 'page:{n}' });
  expect(finding?.evidence[1]).toMatch(
    /^[5-8] values that were read became \d\.\d% of their size with zlib$/,
  );
});

test('a policy that does not fit is found by its figures', async () => {
  await fill('flag', 50, 'x');
  await redis.call('CONFIG', 'SET', 'maxmemory-policy', 'volatile-lru');
  expect(await findings()).toMatchObject([
    { code: 'server.policy', mend: [expect.stringContaining('allkeys-lru'), expect.any(String)] },
  ]);
  await redis.call('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
  expect((await findings()).map(({ code }) => code)).toEqual(['server.memory']);
  await redis.call('CONFIG', 'SET', 'maxmemory', '0');
  const [unlimited] = await findings();
  expect(unlimited?.title).toMatch(/ used, and no limit \(maxmemory 0\)$/);
  expect(unlimited?.evidence[0]).toContain('maxmemory:0');
});
