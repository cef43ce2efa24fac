import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startOrigin } from '../support/http-origin.ts';
import { failOver } from '../support/fail-over.ts';
import { connectTo } from '../support/redis.ts';
import { runSafely } from '../support/run-safely.ts';
import { startTestSentinels, type TestSentinels } from '../support/sentinel.ts';
import { createSpecFolder } from '../support/spec-folder.ts';
import { until } from '../support/until.ts';

const PASSWORD = 'app-secret-of-the-test';
const SENTINEL_PASSWORD = 'sentinel-secret-of-the-test';

describe('Sentinels that cannot help', () => {
  let watched: TestSentinels;
  let passwordFile: string;
  beforeAll(async () => {
    watched = await startTestSentinels({ password: PASSWORD, sentinelPassword: SENTINEL_PASSWORD });
    passwordFile = path.join(watched.primary.folder, 'sentinel-password');
    await writeFile(passwordFile, `${SENTINEL_PASSWORD}\n`);
  });
  const stats = (url: string, ...more: readonly string[]) =>
    runSafely(['stats', '--url', url, ...more], { env: { REDISCLI_AUTH: PASSWORD } }, [
      PASSWORD,
      SENTINEL_PASSWORD,
    ]);

  test('help where all is right', async () => {
    expect(await stats(watched.url, '--sentinel-password-file', passwordFile)).toMatchObject({
      code: 0,
      stderr: '',
    });
  });

  test('know no primary of that name: the nearest is offered', async () => {
    const url = watched.url.replace('mymaster', 'mymastre');
    expect(await stats(url, '--sentinel-password-file', passwordFile)).toEqual({
      code: 2,
      stdout: '',
      stderr:
        `error: the Sentinel at 127.0.0.1:${watched.ports[0]} watches no primary "mymastre"\n` +
        'hint: did you mean mymaster?\n',
    });
    const other = await stats(watched.url.replace('mymaster', 'x'), '--sentinel-password-file', passwordFile);
    expect(other.stderr).toContain('hint: it watches mymaster\n');
  });

  test.each([
    ['no password', 'wants a password', undefined],
    ['a wrong password', 'does not accept this user and password', 'wrong\n'],
  ])('are given %s', async (_, message, content) => {
    const file = path.join(watched.primary.folder, 'wrong');
    if (content !== undefined) await writeFile(file, content);
    const flags = content === undefined ? [] : ['--sentinel-password-file', file];
    expect(await stats(watched.url, ...flags)).toEqual({
      code: 4,
      stdout: '',
      stderr:
        `error: the Sentinel at 127.0.0.1:${watched.ports[0]} ${message}\n` +
        'hint: --sentinel-password-file FILE or sentinel_password: in the spec file; it is not the password of Redis\n',
    });
  });

  test('one of which is down are asked in turn', async () => {
    const url = watched.url.replace('redis+sentinel://', 'redis+sentinel://127.0.0.1:1,');
    expect(await stats(url, '--sentinel-password-file', passwordFile)).toMatchObject({ code: 0, stderr: '' });
  });

  test('are all down', async () => {
    const { ports, url } = watched;
    await watched.stop();
    expect(await stats(url, '--sentinel-password-file', '/dev/null')).toEqual({
      code: 3,
      stdout: '',
      stderr:
        `error: none of the Sentinels ${ports.map((port) => `127.0.0.1:${port}`).join(', ')} can be asked: ` +
        `the Sentinel at 127.0.0.1:${ports[0]} refused the connection\n` +
        'hint: are these the addresses of the Sentinels (port 26379 by default), not of Redis?\n',
    });
  });
});

describe('a failover in the middle', () => {
  let watched: TestSentinels;
  beforeAll(async () => {
    watched = await startTestSentinels();
  });
  afterAll(() => watched.stop());

  const primary = async () => {
    const client = await connectTo(watched.url);
    const [node] = await client.primaries();
    if (node === undefined) throw new Error('no primary');
    return { node, close: client.close };
  };

  test('of clear: goes on with the new primary, and leaves nothing that matches', async () => {
    const old = watched.primary;
    // In parts: a server that is busy for half a second is down to its Sentinels.
    const script = "for i = ARGV[1], ARGV[1] + 4999 do redis.call('SET', 'user:' .. i, i) end";
    for (let first = 1; first < 200_000; first += 5_000) await old.call('EVAL', script, 0, first);
    await old.call('SET', 'other', 1);
    await until(async () => Number(await watched.replica.call('DBSIZE')) === 200_001);
    const clients = async (): Promise<number> =>
      String(await watched.replica.call('CLIENT', 'LIST')).split('name=cachectl').length;
    const without = await clients();
    const run = runSafely(['clear', '--pattern', 'user:*', '--url', watched.url]);
    await until(async () => Number(await old.call('DBSIZE')) < 190_000);
    // Nothing is removed on the old primary any more: what is left has to be found on the new one.
    await old.call('CLIENT', 'PAUSE', 120_000, 'WRITE');
    await failOver(watched, async () => {
      await until(async () => (await clients()) > without);
      await old.call('CLIENT', 'UNPAUSE');
    });
    expect(await run).toMatchObject({ code: 0 });
    const after = await primary();
    expect(await after.node.call('DBSIZE')).toBe(1);
    expect(await after.node.call('EXISTS', 'other')).toBe(1);
    await after.close();
  });

  test('of warm: goes on with the new primary, and ends with 0', async () => {
    const spec = await createSpecFolder();
    let requests = 0;
    let failover: Promise<void> | undefined;
    const origin = await startOrigin({
      '*': (_request, response) => {
        if (++requests === 20) failover = failOver(watched);
        void (failover ?? Promise.resolve()).then(() => response.end('fine'));
      },
    });
    await spec.write(`version: 1
origin: { base_url: "${origin.url}" }
defaults: { ttl: 60s, retries: 0, concurrency: 2, timeout: 5m }
scopes: { s: { entries: [{ key: "page:{n}", path: "/{n}", foreach: { from: range, start: 1, end: 40, as: n } }] } }
`);
    const run = await runSafely(['warm', '--scope', 's', '--json', '--url', watched.url], {
      cwd: spec.folder,
    });
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ stored: 40, failed: 0, not_reached: 0 });
    const after = await primary();
    expect(await after.node.call('EXISTS', 'page:40')).toBe(1);
    await Promise.all([after.close(), origin.stop(), spec.remove()]);
  });
});
