import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startOrigin, type TestOrigin } from '../support/http-origin.ts';
import { onCommand, startProxy } from '../support/proxy.ts';
import { startDoomedRedis, startTestRedis, type TestRedis } from '../support/redis.ts';
import { killServer, startAgain } from '../support/restart.ts';
import { runSafely } from '../support/run-safely.ts';
import { createSpecFolder, type SpecFolder } from '../support/spec-folder.ts';
import { timedFrom } from '../support/timed-from.ts';

let redis: TestRedis;
let origin: TestOrigin;
let spec: SpecFolder;
/** Happens once, before the request of this number is answered. */
let disaster: { readonly at: number; readonly happen: () => Promise<void> } | undefined;
beforeAll(async () => {
  let requests = 0;
  origin = await startOrigin({
    '*': (_request, response) => {
      requests++;
      const due = disaster !== undefined && requests >= disaster.at ? disaster.happen : undefined;
      if (due !== undefined) disaster = undefined;
      void (due?.() ?? Promise.resolve()).then(() => response.end('fine'));
      if (disaster === undefined) requests = 0;
    },
  });
  spec = await createSpecFolder();
  await spec.write(`version: 1
origin: { base_url: "${origin.url}" }
defaults: { ttl: 60s, retries: 0, concurrency: 2 }
scopes: { s: { entries: [{ key: "page:{n}", path: "/{n}", foreach: { from: range, start: 1, end: 40, as: n } }] } }
`);
});
afterAll(() => Promise.all([origin.stop(), spec.remove()]));
beforeEach(async () => {
  redis = await startDoomedRedis();
});
afterEach(() => redis.stop());

const run = (url: string, ...argv: readonly string[]) =>
  runSafely([...argv, '--url', url], { cwd: spec.folder });

describe('a Redis that is restarted in the middle of the work', () => {
  test('is found again by warm, which goes on and ends with 0', async () => {
    let again: { readonly stop: () => Promise<void> } | undefined;
    disaster = {
      at: 20,
      happen: async () => {
        await killServer(redis);
        again = await startAgain(redis);
      },
    };
    const { code, stdout, stderr } = await run(redis.url, 'warm', '--scope', 's', '--json');
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ stored: 40, failed: 0, not_reached: 0 });
    await again?.stop();
  });

  test('is walked from the start by clear, as a cursor means nothing to it', async () => {
    // Two servers with other hash seeds, as before and after a restart, behind one address.
    const other = await startTestRedis();
    const script = "for i = 1, 20000 do redis.call('SET', 'user:' .. i, i) end redis.call('SET', 'other', 1)";
    for (const server of [redis, other]) await server.call('EVAL', script, 0);
    const upstream = { port: redis.port };
    const proxy = await startProxy(upstream);
    let scans = 0;
    proxy.rules.judge = (request) => {
      if (onCommand('SCAN', 'cut')(request) === 'pass' || ++scans !== 5) return 'pass';
      upstream.port = other.port;
      return 'cut';
    };
    const cleared = await run(`redis://${proxy.address}`, 'clear', '--pattern', 'user:*', '-v');
    expect(cleared.code).toBe(0);
    expect(cleared.stderr).toMatch(/closed the connection; connecting again, attempt 1$/m);
    expect(await other.keys()).toEqual(['other']);
    await proxy.stop();
    await other.stop();
  });

  test('is not walked anew where only the connection was lost', async () => {
    await redis.call('EVAL', "for i = 1, 20000 do redis.call('SET', 'user:' .. i, i) end", 0);
    const proxy = await startProxy(redis);
    let scans = 0;
    proxy.rules.judge = (request) =>
      onCommand('SCAN', 'cut')(request) === 'cut' && ++scans === 5 ? 'cut' : 'pass';
    const cleared = await run(`redis://${proxy.address}`, 'clear', '--pattern', 'user:*', '-v');
    expect(cleared.code).toBe(0);
    expect(cleared.stdout).toMatch(/^Removed 20,000 keys /);
    expect(cleared.stderr).not.toContain('from the start');
    await proxy.stop();
  });
});

describe('a Redis that is killed for good in the middle of the work', () => {
  const refused = (): string => `error: Redis at 127.0.0.1:${redis.port} refused the connection\n`;

  test('ends warm with 3 and a report of what was and was not done', async () => {
    disaster = { at: 20, happen: () => killServer(redis) };
    const { code, stdout, stderr } = await run(redis.url, 'warm', '--scope', 's', '--json');
    expect(code).toBe(3);
    expect(stderr).toContain(refused());
    const report = JSON.parse(stdout) as { stored: number; failed: number; not_reached: number };
    // Of the 20 that were begun, 2 are asked for and 2 more may be on their way to Redis when it happens.
    expect(report.stored).toBeGreaterThanOrEqual(20 - 4);
    expect(report.failed).toBeGreaterThan(0);
    expect(report.stored + report.failed + report.not_reached).toBe(40);
  });

  test('ends clear with 3 between SCAN and UNLINK, and says how many keys are gone', async () => {
    await redis.call('EVAL', "for i = 1, 20000 do redis.call('SET', 'user:' .. i, i) end", 0);
    const proxy = await startProxy(redis);
    let unlinks = 0;
    proxy.rules.judge = (request) => {
      if (onCommand('UNLINK', 'cut')(request) === 'pass' || ++unlinks < 3) return 'pass';
      if (unlinks === 3) process.kill(redis.process.pid, 'SIGKILL');
      return 'cut';
    };
    const { code, stdout, stderr } = await run(`redis://${proxy.address}`, 'clear', '--pattern', 'user:*');
    expect(code).toBe(3);
    expect(stdout).toMatch(
      /^Stopped early: removed [\d,]+ keys from .*\n[\d,]+ keys on the way out when the connection was lost/,
    );
    expect(stderr).toMatch(/^error: Redis at \S+ closed the connection$/m);
    await proxy.stop();
  });

  test('ends loadtest with 3, and names the entry that is gone', async () => {
    disaster = { at: 5, happen: () => killServer(redis) };
    const argv = ['loadtest', '--scope', 's', '--limit', '3', '-n', '8', '--json'];
    const { code, stdout, stderr } = await run(redis.url, ...argv);
    expect(code).toBe(3);
    expect(stderr).toContain(refused());
    const { endpoints } = JSON.parse(stdout) as { endpoints: { problem: string | null }[] };
    expect(endpoints.map(({ problem }) => problem?.split(':')[0])).toEqual([
      'its entry is gone, it could not be stored again',
      'not tested',
      'not tested',
    ]);
  });

  test.each([
    ['warm', ['warm', '--scope', 's'], /not reached/],
    ['loadtest', ['loadtest', '--scope', 's', '--limit', '3', '-n', '8'], /its entry is gone/],
  ])('ends %s at the time limit of the command, with a report', async (_, argv, report) => {
    const struck = new Promise<void>((resolve) => {
      disaster = { at: 5, happen: () => killServer(redis).then(resolve) };
    });
    const { result, passedMs } = await timedFrom(struck, () => run(redis.url, ...argv, '--timeout', '1s'));
    expect(passedMs).toBeLessThan(8_000);
    const { code, stdout, stderr } = result;
    expect(code).toBe(3);
    expect(stdout).toMatch(report);
    expect(stderr).toContain("the command's time limit of 1 s ran out");
  });

  test('is skipped with a warning where a deploy says so', async () => {
    disaster = { at: 20, happen: () => killServer(redis) };
    const { code, stdout, stderr } = await run(redis.url, 'warm', '--scope', 's', '--on-unavailable', 'skip');
    expect(code).toBe(0);
    expect(stdout).toMatch(/not reached/);
    expect(stderr).toContain('the rest was skipped, as --on-unavailable skip says\n');
  });
});
