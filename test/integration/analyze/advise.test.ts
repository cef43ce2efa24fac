import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { parseInfo } from '../../../src/redis/info.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { runMain } from '../../support/run-main.ts';
import { shellWords } from '../../support/shell-words.ts';
import { until } from '../../support/until.ts';

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

async function findings({ url }: Pick<TestRedis, 'url'> = redis): Promise<readonly Finding[]> {
  const analysis = await runMain(['analyze', '--advise', '--json', '--url', url]);
  expect(analysis).toMatchObject({ code: 0, stderr: '' });
  return (JSON.parse(analysis.stdout) as { readonly findings: readonly Finding[] }).findings;
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
    /^cachectl ttl --pattern "session:\*" --set \dh --only-missing --jitter 10%$/,
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

const run = promisify(execFile);

test('keys that have expired and still take memory are found while there are many of them', async () => {
  const server = await startTestRedis([
    '--enable-debug-command',
    'yes',
    '--maxmemory',
    '1gb',
    '--maxmemory-policy',
    'allkeys-lru',
  ]);
  onTestFinished(() => server.stop());
  const stalePercent = async (): Promise<number> =>
    Number(infoField(await server.call('INFO', 'stats'), 'expired_stale_perc'));
  // The share is an average over the last runs of the server's own expiry, and falls as soon as nothing is left to
  // expire: it has to be high once that is stopped, and not before.
  await until(async () => {
    await server.call('DEBUG', 'SET-ACTIVE-EXPIRE', 1);
    await forEachNumber(server, 90_000, `redis.call('SET', 'session:' .. i, 'x', 'PX', 1)`);
    await server.call('DEBUG', 'SET-ACTIVE-EXPIRE', 0);
    return (await stalePercent()) > 10;
  });
  const stale = await stalePercent();
  const [finding, ...others] = await findings(server);
  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    code: 'server.expired',
    title: `about ${stale}% of the keys with a TTL have expired and still take memory`,
    evidence: [expect.stringContaining(`expired_stale_perc:${stale} `)],
  });
  await run('sh', ['-c', finding?.mend[0] ?? '']);
  expect(String(await server.call('CONFIG', 'GET', 'active-expire-effort'))).toBe('active-expire-effort,4');
});

test('memory that is held and not used is found', async () => {
  const server = await startTestRedis(['--maxmemory', '1gb', '--maxmemory-policy', 'allkeys-lru']);
  onTestFinished(() => server.stop());
  // Two of three values are removed, so that no page of the allocator's gets free.
  const set = `redis.call('SET', 'user:' .. i, string.rep('x', 3400), 'EX', 86400 + i)`;
  await forEachNumber(server, 66_000, set);
  await forEachNumber(server, 66_000, `if i % 3 > 0 then redis.call('DEL', 'user:' .. i) end`);
  await until(
    async () => Number(infoField(await server.call('INFO', 'memory'), 'mem_fragmentation_ratio')) > 1.6,
  );
  const found = (await findings(server)).find(({ code }) => code === 'server.fragmentation');
  expect(found?.title).toMatch(/^[\d.]+ times as much memory held as used$/);
  expect(found?.evidence[0]).toMatch(
    / says used_memory:\d+ used_memory_rss:\d+ mem_fragmentation_ratio:[\d.]+$/,
  );
  await run('sh', ['-c', found?.mend[0] ?? '']);
});

/** Does something for each `i` from 1 to `most`, so many in one script that none takes long on a busy machine. */
async function forEachNumber(server: TestRedis, most: number, body: string): Promise<void> {
  const atOnce = 3_000;
  for (let first = 1; first <= most; first += atOnce) {
    await server.call('EVAL', `for i = ${first}, ${first + atOnce - 1} do ${body} end`, 0);
  }
}

function infoField(info: unknown, name: string): string | undefined {
  return parseInfo(String(info)).get(name);
}
