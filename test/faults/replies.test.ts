import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { json, startOrigin, type TestOrigin } from '../support/http-origin.ts';
import { startOnFreePort } from '../support/on-free-port.ts';
import { startProxy, WITHOUT_HELLO } from '../support/proxy.ts';
import { connectTo, serverPath, startTestRedis, type TestRedis } from '../support/redis.ts';
import { runSafely } from '../support/run-safely.ts';
import { createSpecFolder, type SpecFolder } from '../support/spec-folder.ts';
import { tellServer } from '../support/tell-server.ts';
import { startTcpServer } from '../support/tcp-server.ts';
import { until } from '../support/until.ts';

let redis: TestRedis;
let origin: TestOrigin;
let spec: SpecFolder;
beforeAll(async () => {
  redis = await startTestRedis([...['--busy-reply-threshold', '50', '--enable-protected-configs', 'yes']]);
  origin = await startOrigin({ '*': json({ fine: true }) });
  spec = await createSpecFolder();
  await spec.write(`version: 1
origin: { base_url: "${origin.url}" }
defaults: { ttl: 60s, retries: 0 }
scopes: { s: { entries: [{ key: "page:{n}", path: "/{n}", foreach: { from: range, start: 1, end: 3, as: n } }] } }
`);
});
afterAll(() => Promise.all([redis.stop(), origin.stop(), spec.remove()]));
const fill = async (): Promise<void> => {
  await redis.call('FLUSHALL');
  await redis.call('MSET', 'user:1', 'one', 'user:2', 'two');
};

const at = (url: string, ...argv: readonly string[]) =>
  runSafely([...argv, '--url', url], { cwd: spec.folder });
const COMMANDS = [
  ['clear', '--pattern', 'user:*'],
  ['inspect', 'user:1'],
  ['stats'],
  ['ping'],
  ['warm', '--scope', 's'],
  ['loadtest', '--scope', 's', '-n', '2'],
];

describe('a server that runs a script (-BUSY)', () => {
  let blocker: Awaited<ReturnType<typeof connectTo>>;
  let script: Promise<unknown>;
  beforeAll(async () => {
    blocker = await connectTo(redis.url);
    const [node] = await blocker.primaries();
    script = (node?.call('EVAL', 'while true do end', 0) ?? Promise.resolve()).catch(() => undefined);
    await until(async () => {
      const [reply] = await redis.node.pipeline([['GET', 'user:1']]);
      return reply instanceof Error && /busy/.test(reply.message);
    });
  });
  afterAll(async () => {
    await redis.call('SCRIPT', 'KILL');
    await script;
    await blocker.close();
  });
  test.each(COMMANDS)('is told of by %s %s', async (...argv) => {
    const run = await at(redis.url, ...argv);
    expect(run).toEqual({
      code: 3,
      stdout: '',
      stderr:
        `error: Redis at 127.0.0.1:${redis.port} is busy running a script\n` +
        'hint: wait for it, or end it with SCRIPT KILL\n',
    });
  });
});

describe('a server that is loading its data (-LOADING)', () => {
  test('is waited for within limits, told of, and used as soon as it is ready', async () => {
    const source = await startTestRedis(['--rdbcompression', 'no']);
    // A server that is loading looks at its clients after so many bytes: here after each key.
    const script = "for i = 1, 300 do redis.call('SET', 'user:' .. i, string.rep('x', 2048)) end";
    await source.call('EVAL', script, 0);
    await source.call('SAVE');
    const { port, process: loading } = await startOnFreePort((free) => {
      const settings = ['--port', String(free), '--bind', '127.0.0.1', '--dir', source.folder, '--save', ''];
      // A tenth of a second for each key, as a big file would take, until it is told to make haste.
      const slow = ['--key-load-delay', '100000', '--loading-process-events-interval-bytes', '1024'];
      const command = [serverPath(), ...settings, '--enable-debug-command', 'yes', ...slow];
      return Promise.resolve({ command, folder: '' });
    }, /Loading RDB|RDB age/);
    const url = `redis://127.0.0.1:${port}`;
    expect(await at(url, 'stats', '--connect-retries', '0')).toEqual({
      code: 3,
      stdout: '',
      stderr: `error: Redis at 127.0.0.1:${port} is still loading its data\nhint: try again in a moment\n`,
    });
    let said = '';
    const patient = runSafely(
      ['stats', '--assert', 'keys == 300', '--connect-retries', '20', '-v', '--url', url],
      { onStderr: (text) => (said = text) },
    );
    await until(() => said.includes('is still loading its data; trying again'));
    expect(await tellServer(port, 'CONFIG SET key-load-delay 0')).toBe('+OK');
    expect((await patient).code).toBe(0);
    await loading.stop();
    await source.stop();
  });
});

describe('a replica (-READONLY)', () => {
  beforeEach(fill);
  let replica: TestRedis;
  beforeAll(async () => {
    replica = await startTestRedis(['--replicaof', `127.0.0.1 ${redis.port}`]);
    await until(async () =>
      String(await replica.call('INFO', 'replication')).includes('master_link_status:up'),
    );
  });
  afterAll(() => replica.stop());
  beforeEach(() => until(async () => (await replica.keys()).join() === 'user:1,user:2'));

  test('is read from, and ping says what it is', async () => {
    expect((await at(replica.url, 'inspect', 'user:1')).stdout).toContain('one');
    const ping = await at(replica.url, 'ping', '--json');
    expect(ping.code).toBe(0);
    expect(JSON.parse(ping.stdout)).toMatchObject({
      servers: [{ role: 'replica', missing_permissions: [], write_refusal: null }],
    });
  });

  test('takes no deletion', async () => {
    expect(await at(replica.url, 'clear', '--pattern', 'user:*')).toMatchObject({
      code: 4,
      stdout: expect.stringMatching(/^Stopped early: removed 0 keys from /) as string,
      stderr: `error: Redis at 127.0.0.1:${replica.port} is a read-only replica\nhint: connect to its primary\n`,
    });
  });

  test('takes no warming', async () => {
    const run = await at(replica.url, 'warm', '--scope', 's', '--json');
    expect(run.code).toBe(4);
    expect(JSON.parse(run.stdout)).toMatchObject({
      stored: 0,
      failed: 3,
      failures: [{ code: 'redis.read-only' }],
    });
  });
});

/** What each command does where every write is refused and reads work. */
async function expectReadsOnly(code: string, message: string): Promise<void> {
  expect(await at(redis.url, 'inspect', 'user:1')).toMatchObject({ code: 0, stderr: '' });
  expect(await at(redis.url, 'stats')).toMatchObject({ code: 0, stderr: '' });
  const ping = await at(redis.url, 'ping');
  expect(ping.code).toBe(4);
  expect(ping.stdout).toContain(message);
  const warm = await at(redis.url, 'warm', '--scope', 's', '--json');
  expect(warm.code).toBe(4);
  expect(JSON.parse(warm.stdout)).toMatchObject({ stored: 0, failed: 3, failures: [{ code }] });
  const loadtest = await at(redis.url, 'loadtest', '--scope', 's', '-n', '2');
  expect([4, 5]).toContain(loadtest.code);
  expect(loadtest.stdout + loadtest.stderr).toContain(message);
}

describe('a server that is full (-OOM)', () => {
  beforeEach(fill);
  test('is read from and cleared, and says why it stores nothing', async () => {
    await redis.call('CONFIG', 'SET', 'maxmemory', '1');
    await expectReadsOnly('redis.out-of-memory', 'is at its maxmemory and evicts nothing');
    const clear = await at(redis.url, 'clear', '--pattern', 'user:*');
    await redis.call('CONFIG', 'SET', 'maxmemory', '0');
    expect(clear).toMatchObject({ code: 0, stderr: '' });
    expect(await redis.keys()).toEqual([]);
  });
});

describe('a server that cannot save (-MISCONF)', () => {
  beforeEach(fill);
  test('is read from, and says why it takes no writes', async () => {
    await mkdir(path.join(redis.folder, 'taken.rdb'));
    await redis.call('CONFIG', 'SET', 'dbfilename', 'taken.rdb', 'save', '3600 100000');
    await redis.call('BGSAVE');
    await until(async () =>
      String(await redis.call('INFO', 'persistence')).includes('rdb_last_bgsave_status:err'),
    );
    const message = `Redis at 127.0.0.1:${redis.port} takes no writes because it cannot save its data to disk`;
    await expectReadsOnly('redis.misconfigured', message);
    const clear = await at(redis.url, 'clear', '--pattern', 'user:*');
    await redis.call('CONFIG', 'SET', 'save', '');
    expect(clear).toMatchObject({
      code: 4,
      stderr: `error: ${message}\nhint: its log says why; stop-writes-on-bgsave-error is the setting that makes it refuse\n`,
    });
    expect(await redis.keys()).toEqual(['user:1', 'user:2']);
  });
});

describe('a server whose maxclients is reached', () => {
  test.each(COMMANDS)('is told of by %s %s', async (...argv) => {
    await redis.call('CONFIG', 'SET', 'maxclients', '1');
    const run = await at(redis.url, ...argv);
    await redis.call('CONFIG', 'SET', 'maxclients', '1000');
    expect(run).toEqual({
      code: 3,
      stdout: '',
      stderr:
        `error: Redis at 127.0.0.1:${redis.port} has no room for another client\n` +
        "hint: raise the server's maxclients, or find out with CLIENT LIST who holds the connections\n",
    });
  });
});

describe('a proxy that speaks only RESP2', () => {
  beforeEach(fill);
  test.each(COMMANDS)('serves %s %s', async (...argv) => {
    const proxy = await startProxy(redis, WITHOUT_HELLO);
    const run = await at(`redis://${proxy.address}`, ...argv);
    await proxy.stop();
    expect(run).toMatchObject({ code: 0, stderr: '' });
  });

  test('is given the password by AUTH, and never shows it', async () => {
    const password = 's3cret-of-the-test';
    const own = await startTestRedis(['--requirepass', password], { password });
    const proxy = await startProxy(own, WITHOUT_HELLO);
    const env = { CACHECTL_URL: `redis://${proxy.address}`, REDISCLI_AUTH: password };
    expect(await runSafely(['stats', '-v'], { env }, [password])).toMatchObject({ code: 0 });
    const wrong = await runSafely(['stats'], { env: { ...env, REDISCLI_AUTH: `${password}X` } }, [password]);
    expect(wrong.code).toBe(4);
    expect(wrong.stderr).toContain('does not accept this user and password');
    // One that words it in a way of its own, arguments and all.
    proxy.rules.rewriteReply = (reply) => reply;
    expect(await runSafely(['stats', '-v'], { env }, [password])).toMatchObject({ code: 0 });
    proxy.rules.rewrite = (request) => request.replace('HELLO', 'HELLX').replace('AUTH', 'AUTX');
    const foreign = await runSafely(['stats'], { env }, [password]);
    expect(foreign).toEqual({
      code: 4,
      stdout: '',
      stderr: `error: Redis at ${proxy.address} answered: ERR unknown command 'AUTX'\n`,
    });
    await proxy.stop();
    await own.stop();
  });

  test('can be spoken to in RESP2 from the start', async () => {
    const proxy = await startProxy(redis, { ...WITHOUT_HELLO, rewriteReply: (reply) => reply });
    expect(await at(`redis://${proxy.address}`, 'inspect', 'user:1', '--protocol', '2')).toMatchObject({
      code: 0,
    });
    await proxy.stop();
  });
});

describe('a server that is something else', () => {
  test('is a Sentinel: says how to ask it', async () => {
    const { port, process: sentinel } = await startOnFreePort(async (free) => {
      const config = path.join(redis.folder, 'sentinel.conf');
      await writeFile(config, `port ${free}\nbind 127.0.0.1\n`);
      return { command: [serverPath(), config, '--sentinel'], folder: '' };
    }, /Sentinel ID is/);
    expect(await at(`redis://127.0.0.1:${port}`, 'stats')).toEqual({
      code: 2,
      stdout: '',
      stderr:
        `error: 127.0.0.1:${port} is a Sentinel, which holds no data\n` +
        `hint: redis+sentinel://127.0.0.1:${port}/NAME asks it for the primary that it watches under that name\n`,
    });
    await sentinel.stop();
  });

  test('is a Redis where a Sentinel was expected', async () => {
    const run = await at(`redis+sentinel://127.0.0.1:${redis.port}/mymaster`, 'stats');
    expect(run).toEqual({
      code: 2,
      stdout: '',
      stderr:
        `error: 127.0.0.1:${redis.port} is a Redis, not a Sentinel\n` +
        'hint: name the Sentinels (port 26379 by default), or use redis:// for this server\n',
    });
  });

  test('accepts, and stays silent: the limit for connecting ends it', async () => {
    const silent = await startTcpServer(() => undefined);
    const run = await at(`redis://127.0.0.1:${silent.port}`, 'stats', '--connect-timeout', '200ms');
    expect(run.code).toBe(3);
    expect(run.stderr).toContain(`error: Redis at 127.0.0.1:${silent.port} did not answer in time\n`);
    await silent.close();
  });
});
