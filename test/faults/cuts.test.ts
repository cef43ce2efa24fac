import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { json, startOrigin, type TestOrigin } from '../support/http-origin.ts';
import { onCommand, startProxy, type Proxy } from '../support/proxy.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runSafely } from '../support/run-safely.ts';
import { createSpecFolder, type SpecFolder } from '../support/spec-folder.ts';
import { timedFrom } from '../support/timed-from.ts';

let redis: TestRedis;
let origin: TestOrigin;
let spec: SpecFolder;
let proxy: Proxy;
beforeAll(async () => {
  redis = await startTestRedis();
  origin = await startOrigin({ '*': json({ fine: true }) });
  spec = await createSpecFolder();
  await spec.write(`version: 1
origin: { base_url: "${origin.url}" }
defaults: { ttl: 60s, retries: 0 }
scopes: { s: { entries: [{ key: "page:{n}", path: "/{n}", foreach: { from: range, start: 1, end: 50, as: n } }] } }
`);
});
afterAll(() => Promise.all([redis.stop(), origin.stop(), spec.remove()]));
beforeEach(async () => {
  await redis.call('FLUSHALL');
  await redis.call('EVAL', "for i = 1, 3000 do redis.call('SET', 'user:' .. i, i) end", 0);
  await redis.call('SET', 'other', 'stays');
  proxy = await startProxy(redis);
});
afterEach(() => proxy.stop());

const through = (...argv: readonly string[]) =>
  runSafely([...argv, '--url', `redis://${proxy.address}`], { cwd: spec.folder });

describe('a connection that is cut in the middle of a reply', () => {
  test.each([
    ['SCAN', ['clear', '--pattern', 'user:*'], /^Removed 3,000 keys from /],
    ['TYPE', ['analyze'], /^keys +3,001, /m],
    ['STRLEN', ['inspect', 'user:1'], /^exists +yes$/m],
    ['INFO', ['stats', '--assert', 'keys == 3001'], /^keys +3,?001$/m],
    ['SET', ['warm', '--scope', 's', '--lock', 'off'], /50 of 50 targets stored/],
    ['GET', ['loadtest', '--scope', 's', '-n', '3', '--limit', '2'], /^s: 2 endpoints/m],
  ])('once, to %s: is made anew, and %j ends well', async (command, argv, result) => {
    proxy.rules.judge = onCommand(command, 'cut-reply', 1);
    const run = await through(...argv);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(result);
    expect(await redis.call('EXISTS', 'other')).toBe(1);
  });

  test('to UNLINK: says that it cannot know how many keys it removed', async () => {
    proxy.rules.judge = onCommand('UNLINK', 'cut-reply', 1);
    const run = await through('clear', 'user:1', 'user:2', 'user:3');
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(
      /^Removed 0 keys from .*\n3 keys on the way out when the connection was lost: removed or not, nobody said\n$/,
    );
    const counted = await through('clear', 'user:4', 'user:5', '--json');
    expect(JSON.parse(counted.stdout)).toMatchObject({ removed: 2, unconfirmed: 0 });
    expect(await redis.call('DBSIZE')).toBe(2_996);
  });

  test('again and again: reports what was done, and exits 3', async () => {
    proxy.rules.judge = onCommand('UNLINK', 'cut');
    const run = await through('clear', 'user:1', '--json');
    expect(run.code).toBe(3);
    expect(JSON.parse(run.stdout)).toMatchObject({
      removed: 0,
      unconfirmed: 1,
      failure: { code: 'redis.reset', message: `Redis at ${proxy.address} closed the connection` },
    });
    expect(run.stderr).toContain(`error: Redis at ${proxy.address} closed the connection\n`);
    expect(await redis.call('EXISTS', 'user:1')).toBe(1);
  });
});

describe('a server that hangs in the middle of the work', () => {
  test('is given up after the time limit of a command', async () => {
    proxy.rules.judge = onCommand('UNLINK', 'hang');
    const run = await through('clear', '--pattern', 'user:*', '--command-timeout', '3s');
    expect(run.code).toBe(3);
    expect(run.stdout).toMatch(
      /^Stopped early: removed 0 keys from .*\n[\d,]+ keys on the way out when the connection was lost/,
    );
    expect(run.stderr).toContain(`error: Redis at ${proxy.address} did not answer in time\n`);
  });

  test.each([
    ['UNLINK', ['clear', '--pattern', 'user:*'], /^Stopped early: removed 0 keys/],
    ['SET', ['warm', '--scope', 's', '--lock', 'off'], /^0 of 50 targets stored in .* not reached$/m],
    ['TYPE', ['analyze'], /^interrupted +the figures are those of the keys looked at/m],
    ['STRLEN', ['inspect', 'user:1'], /^$/],
  ])(
    'at %s: the time limit of the command ends it soon, not that of a reply',
    async (command, argv, report) => {
      const judge = onCommand(command, 'hang');
      const hanging = new Promise<void>((resolve) => {
        proxy.rules.judge = (request) => {
          const verdict = judge(request);
          if (verdict === 'hang') resolve();
          return verdict;
        };
      });
      const { result: run, passedMs } = await timedFrom(hanging, () =>
        through(...argv, '--timeout', '1s', '--command-timeout', '50s'),
      );
      expect(passedMs).toBeLessThan(20_000);
      expect(run.code).toBe(3);
      expect(run.stdout).toMatch(report);
      expect(run.stderr).toMatch(/the command's time limit of 1 s ran out/);
    },
  );
});
