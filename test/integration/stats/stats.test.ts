import { expect, onTestFinished, test } from 'vitest';
import { startDoomedRedis, startTestRedis, type TestRedis } from '../../support/redis.ts';
import { runMain } from '../../support/run-main.ts';

async function server(...args: Parameters<typeof startTestRedis>): Promise<TestRedis> {
  const redis = await startTestRedis(...args);
  onTestFinished(() => redis.stop());
  return redis;
}

/** A server with 3 hits in 4 reads, and 3 keys in database 0, 1 of them with a TTL. */
async function serverWithReads(): Promise<TestRedis> {
  const redis = await server();
  await redis.call('MSET', 'a', '1', 'b', '2');
  await redis.call('SET', 'c', '3', 'EX', 1_000);
  await redis.call('CONFIG', 'RESETSTAT');
  for (const key of ['a', 'b', 'c', 'nobody']) await redis.call('GET', key);
  return redis;
}

/** What differs from one server and moment to the next. */
const stable = (text: string): string =>
  text
    .replaceAll(/127\.0\.0\.1:\d+\/0/g, 'TARGET')
    .replaceAll(/^(version|window|\w+_per_second|memory_used|memory_peak|clients|uptime)( +).*$/gm, '$1$2…');

test('tells a pipe how the cache is doing, one figure a line', async () => {
  const redis = await serverWithReads();
  const result = await runMain(['stats', '--url', redis.url]);
  expect(result).toMatchObject({ code: 0, stderr: '' });
  expect(stable(result.stdout)).toBe(`target                 TARGET
server                 redis
version                …
role                   primary
window                 …
hit_rate               75.0%
hits                   3
misses                 1
reads_per_second       …
keys                   3
keys_without_ttl       2
memory_used            …
memory_peak            …
maxmemory              no limit
maxmemory_policy       noeviction
evicted                0
evicted_per_second     …
expired                0
expired_per_second     …
operations_per_second  …
clients                …
uptime                 …
`);
});

test('tells a terminal in a table, within 60 columns', async () => {
  const redis = await serverWithReads();
  const { code, stdout } = await runMain(['stats', '--url', redis.url], { columns: 60 });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^┌─+┬─+┐\n│ metric +│ +value │\n├─+┼─+┤\n/);
  expect(stdout).toMatch(/^│ hit rate +│ +75\.0% │$/m);
  expect(stdout).toMatch(/^│ keys without TTL +│ +2 │$/m);
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
});

test('gives raw numbers in JSON, with units in the names', async () => {
  const redis = await serverWithReads();
  const { code, stdout } = await runMain(['stats', '--json', '--url', redis.url]);
  expect(code).toBe(0);
  const number = expect.any(Number) as number;
  expect(JSON.parse(stdout)).toEqual({
    schema: 'cachectl/stats/v1',
    at: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    elapsed_ms: number,
    window: { kind: 'since_start', seconds: number },
    since_start: [
      {
        address: `127.0.0.1:${redis.port}`,
        run_id: expect.stringMatching(/^[0-9a-f]{40}$/) as string,
        hits: 3,
        misses: 1,
        evicted: 0,
        expired: 0,
        uptime_seconds: number,
      },
    ],
    unreachable: [],
    target: `127.0.0.1:${redis.port}/0`,
    server: expect.stringMatching(/^(redis|valkey)$/) as string,
    version: expect.stringMatching(/^\d+\.\d+/) as string,
    role: 'primary',
    primaries: 1,
    hit_rate: 75,
    hits: 3,
    misses: 1,
    reads_per_second: number,
    keys: 3,
    keys_without_ttl: 2,
    memory_used_bytes: number,
    memory_peak_bytes: number,
    maxmemory_bytes: null,
    evicted: 0,
    evicted_per_second: 0,
    expired: 0,
    expired_per_second: 0,
    operations_per_second: number,
    clients: number,
    uptime_seconds: number,
    maxmemory_policy: 'noeviction',
    assertions: [],
  });
});

test('has no hit rate before any read', async () => {
  const redis = await server();
  const { stdout } = await runMain(['stats', '--json', '--url', redis.url]);
  expect(JSON.parse(stdout)).toMatchObject({
    hit_rate: null,
    hits: 0,
    misses: 0,
    keys: 0,
    keys_without_ttl: 0,
  });
  expect((await runMain(['stats', '--url', redis.url])).stdout).toMatch(/^hit_rate +no reads yet$/m);
});

test('counts the keys of the connection’s own database', async () => {
  const redis = await serverWithReads();
  const { stdout } = await runMain(['stats', '--json', '--url', `${redis.url}/3`]);
  expect(JSON.parse(stdout)).toMatchObject({ keys: 0, target: `127.0.0.1:${redis.port}/3` });
});

test('says the limit and the policy of the memory', async () => {
  const redis = await server(['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lfu']);
  const { stdout } = await runMain(['stats', '--json', '--url', redis.url]);
  expect(JSON.parse(stdout)).toMatchObject({ maxmemory_bytes: 104_857_600, maxmemory_policy: 'allkeys-lfu' });
  expect((await runMain(['stats', '--url', redis.url])).stdout).toMatch(/^maxmemory +100 MB$/m);
});

test('gives metric,value lines as CSV and a table as Markdown', async () => {
  const redis = await serverWithReads();
  const csv = await runMain(['stats', '-o', 'csv', '--url', redis.url]);
  expect(csv.stdout).toMatch(/^metric,value\ntarget,127\.0\.0\.1:\d+\/0\nserver,redis\n/);
  expect(csv.stdout).toContain('\nhit_rate,75\nhits,3\n');
  expect(csv.stdout).toContain('\nmaxmemory_bytes,\n');
  const markdown = await runMain([
    'stats',
    '-o',
    'markdown',
    '--url',
    redis.url,
    '--assert',
    'hit_rate >= 70',
  ]);
  expect(markdown.stdout).toMatch(/^\| metric \| value \|\n\| --- \| ---: \|\n/);
  expect(markdown.stdout).toContain('\n| hit rate | 75.0% |\n');
  expect(markdown.stdout).toMatch(
    /\n\n\| result \| assertion \| measured \|\n\| --- \| --- \| ---: \|\n\| pass \| hit_rate >= 70 \| 75\.0 \|\n$/,
  );
});

test('passes with exit 0 where every assertion holds', async () => {
  const redis = await serverWithReads();
  const result = await runMain(['stats', '--url', redis.url, '--assert', 'hit_rate >= 75', 'keys<10']);
  expect(result).toMatchObject({ code: 0, stderr: '' });
  expect(result.stdout).toMatch(
    /\n\npass {2}hit_rate >= 75 {2}measured 75\.0\npass {2}keys < 10 {7}measured 3\n$/,
  );
});

test('fails with exit 6 where one assertion does not hold, and says which', async () => {
  const redis = await serverWithReads();
  const argv = ['stats', '--url', redis.url, '--assert', 'hit_rate >= 80', '--assert', 'memory_used < 512MB'];
  const result = await runMain(argv);
  expect(result.code).toBe(6);
  expect(result.stdout).toMatch(
    /\n\nFAIL {2}hit_rate >= 80 {7}measured 75\.0\npass {2}memory_used < 512MB {2}measured .*B\n$/,
  );
  const json = await runMain([...argv, '--json']);
  expect(json.code).toBe(6);
  expect((JSON.parse(json.stdout) as { assertions: unknown }).assertions).toEqual([
    {
      assertion: 'hit_rate >= 80',
      metric: 'hit_rate',
      operator: '>=',
      wanted: 80,
      measured: 75,
      pass: false,
      outcome: 'fail',
    },
    {
      assertion: 'memory_used < 512MB',
      metric: 'memory_used_bytes',
      operator: '<',
      wanted: 536_870_912,
      measured: expect.any(Number) as number,
      pass: true,
      outcome: 'pass',
    },
  ]);
});

test('an assertion on a rate without any read fails', async () => {
  const redis = await server();
  const result = await runMain(['stats', '--url', redis.url, '--assert', 'hit_rate >= 0']);
  expect(result.code).toBe(6);
  expect(result.stdout).toMatch(/\nFAIL {2}hit_rate >= 0 {2}measured no data \(no reads yet\)\n$/);
});

test('reads every assertion before it contacts anything', async () => {
  const redis = await startDoomedRedis();
  await redis.stop();
  const argv = ['stats', '--url', redis.url, '--assert', 'hit_rate >= 80'];
  expect((await runMain(argv)).code).toBe(3);
  const result = await runMain([...argv, '--assert', 'hit_rat >= 80']);
  expect(result).toMatchObject({ code: 2, stdout: '' });
  expect(result.stderr).toMatch(
    /^error: --assert "hit_rat >= 80": there is no metric "hit_rat"\nhint: did you mean hit_rate\?/,
  );
});

test('is refused with exit 4 for a wrong password and for a user without INFO', async () => {
  const redis = await server(['--requirepass', 'right'], { password: 'right' });
  const withPassword = (user: string, password: string): string =>
    redis.url.replace('//', `//${user}:${password}@`);
  const wrong = await runMain(['stats', '--json', '--url', withPassword('', 'wrong')]);
  expect(wrong.code).toBe(4);
  expect(JSON.parse(wrong.stdout)).toMatchObject({ error: { code: 'redis.auth' } });
  await redis.call('ACL', 'SETUSER', 'app', 'on', '>secret', '~*', '+@all', '-info');
  const app = await runMain(['stats', '--json', '--url', withPassword('app', 'secret')]);
  expect(app.code).toBe(4);
  expect(JSON.parse(app.stdout)).toMatchObject({ error: { code: 'redis.permission' } });
});
