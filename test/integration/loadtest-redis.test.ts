import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runMain, type RunOptions } from '../support/run-main.ts';
import { createSpecFolder } from '../support/spec-folder.ts';
import { startTcpServer } from '../support/tcp-server.ts';
import { until } from '../support/until.ts';
import { parseLoad, type LoadJson } from '../support/loadtest-report-json.ts';

let redis: TestRedis;
beforeAll(async () => (redis = await startTestRedis()));
beforeEach(async () => {
  await redis.call('FLUSHALL');
  await redis.call('CONFIG', 'RESETSTAT');
});
afterAll(() => redis.stop());

const loadtest = (args: string, options: RunOptions = {}) =>
  runMain(['loadtest', '--redis', '--url', `${redis.url}/0`, ...args.split(' '), '--json'], {
    cwd: '/',
    ...options,
  });

async function calls(command: string): Promise<number> {
  const stats = String(await redis.call('INFO', 'commandstats'));
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
}

/** With arguments that have blanks in them. */
const run = (...argv: readonly string[]) => runMain(['loadtest', '--redis', ...argv, '--json'], { cwd: '/' });

describe('load on Redis itself', () => {
  it('sends exactly the commands that it reports, and leaves nothing behind', async () => {
    await redis.call('SET', 'app:key', 'untouched');
    const result = await loadtest('--mix get:90,set:10 -n 1000 --keys 50 --connections 5');
    expect([result.code, result.stderr]).toEqual([0, '']);
    const report = parseLoad(result);
    expect(report).toMatchObject({ kind: 'redis', totals: { sent: 1_000, succeeded: 1_000, dropped: 0 } });
    const [gets, sets] = report.endpoints;
    expect(await calls('get')).toBe(gets?.sent);
    // Each key is written once before the start.
    expect((await calls('set')) - 50 - 1).toBe(sets?.sent);
    expect(report.redis).toMatchObject({ hits: gets?.sent });
    expect(await redis.keys()).toEqual(['app:key']);
  });

  it('counts every command of a pipeline', async () => {
    const report = parseLoad(await loadtest('--mix get -n 1600 --pipeline 16 --keys 100 --connections 4'));
    expect(report.totals).toMatchObject({ sent: 1_600, succeeded: 1_600 });
    expect(report.totals.latency?.count).toBe(1_600);
    expect(await calls('get')).toBe(1_600);
  });

  it('keeps to a schedule', async () => {
    const report = parseLoad(await loadtest('--mix get --rate 500/s -d 1s --keys 10'));
    expect(report.totals).toMatchObject({ sent: 500, dropped: 0 });
    expect(report.totals.start_delay?.count).toBe(500);
  });

  it('gives every key a life of its own, so that nothing stays even if it is killed', async () => {
    let send: ((signal: 'SIGINT') => void) | undefined;
    const mix = 'get:1,set:1,incr:1,hset:1,lpush:1,sadd:1,zadd:1,del:1';
    const running = loadtest(`--mix ${mix} -d 60s --keys 20 --value-size 10-100`, {
      onStart: (sender) => (send = sender),
    });
    await until(async () => (await calls('zadd')) > 100);
    const keys = await redis.keys();
    const lives = await Promise.all(keys.map((key) => redis.call('TTL', key)));
    send?.('SIGINT');
    const result = await running;
    expect(keys.length).toBeGreaterThan(80);
    expect(keys.every((key) => key.startsWith('cachectl:loadtest:'))).toBe(true);
    // -2 is a key that was deleted by the load in between; -1 would be one that lives for ever.
    for (const life of lives) expect(life).not.toBe(-1);
    expect(result.code).toBe(130);
    expect(parseLoad(result).interrupted).toBe(true);
    expect(parseLoad(result).totals.failed).toBe(0);
    expect(await redis.keys()).toEqual([]);
  });

  it('chooses keys by popularity, the same again with the same seed', async () => {
    const report: LoadJson = parseLoad(
      await loadtest('--mix get -n 50 --distribution zipf:1.1 --seed 3 --keys 10'),
    );
    expect(report.seed).toBe(3);
    expect(report.totals.sent).toBe(50);
  });

  it('counts a command that is refused inside of its transaction as refused', async () => {
    const mix = ['--mix', 'INCRBY {key} 1:1,INCRBY {key} x:1', '-n', '200', '--keys', '5', '--seed', '1'];
    const result = await run('--url', `${redis.url}/0`, ...mix);
    const { totals, endpoints } = parseLoad(result);
    expect(result.code).toBe(5);
    expect(totals.sent).toBe(200);
    expect(totals.failed).toBe(endpoints[1]?.sent);
    expect(totals.failed).toBeGreaterThan(50);
    expect(Object.keys(totals.failures_by_cause)).toEqual(['redis.error']);
    expect(await redis.keys()).toEqual([]);
  });

  it.each([
    'redis://0.0.0.0:PORT',
    'redis+sentinel://127.0.0.1:PORT,0.0.0.0:PORT/cache',
    'redis+cluster://0.0.0.0:PORT',
  ])('connects to nobody who is not this machine and not named: %s', async (url) => {
    // Whatever is sent to 0.0.0.0 arrives here; only its name is not one of this machine's.
    const server = await startTcpServer(() => undefined);
    const result = await run('--url', url.replaceAll('PORT', String(server.port)), '--mix', 'get');
    await server.close();
    expect([result.code, parseLoad(result).error?.code, server.connections()]).toEqual(
      url.includes('cluster') ? [2, 'usage', 0] : [7, 'loadtest.remote', 0],
    );
  });

  it('is put on a protected connection only where that is confirmed by name', async () => {
    const { folder, write, remove } = await createSpecFolder();
    onTestFinished(remove);
    await write(`version: 1\nconnections: { production: { url: "${redis.url}/0", protected: true } }\n`);
    const argv = [
      'loadtest',
      '--redis',
      '-e',
      'production',
      '--mix',
      'get',
      '-n',
      '5',
      '--keys',
      '5',
      '--json',
    ];
    const refused = await runMain(argv, { cwd: folder });
    expect([refused.code, await calls('set')]).toEqual([7, 0]);
    expect(parseLoad(refused).error?.message).toBe(
      'production is protected: putting load on it must be confirmed',
    );
    expect((await runMain([...argv, '--confirm', 'production'], { cwd: folder })).code).toBe(0);
  });

  it('is put on a server that is named', async () => {
    const url = `${redis.url.replace('127.0.0.1', '0.0.0.0')}/0`;
    const refused = await run('--url', url, '--mix', 'get', '-n', '5', '--keys', '5');
    expect(parseLoad(refused).error?.hint).toContain('--allow-remote 0.0.0.0');
    expect(await calls('set')).toBe(0);
    const named = await run(
      '--url',
      url,
      '--mix',
      'get',
      '-n',
      '5',
      '--keys',
      '5',
      '--allow-remote',
      '0.0.0.0',
    );
    expect([named.code, parseLoad(named).totals.succeeded]).toEqual([0, 5]);
  });

  it('is judged by assertions', async () => {
    const good = await loadtest(`--mix get -n 100 --keys 10 --assert dropped==0 --assert hit_rate>=100`);
    expect(good.code).toBe(0);
    const bad = await loadtest(`--mix get -n 100 --keys 10 --assert sent>1000`);
    expect(bad.code).toBe(6);
  });
});
