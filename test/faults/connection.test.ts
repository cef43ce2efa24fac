import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deadPort } from '../support/dead-port.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runMain } from '../support/run-main.ts';
import { startTcpServer } from '../support/tcp-server.ts';
import { until } from '../support/until.ts';

const SECRET = 's3cret-of-the-test';

let redis: TestRedis;
let folder: string;
let spec: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
  spec = path.join(folder, 'spec.yaml');
  redis = await startTestRedis(['--requirepass', SECRET], { password: SECRET });
});
afterAll(async () => {
  await redis.stop();
  await rm(folder, { recursive: true });
});

/** What a command says that needs Redis, wherever that is. */
async function clearAt(url: string, ...more: readonly string[]) {
  const run = await runMain(['clear', 'some-key', ...more], { env: { CACHECTL_URL: url } });
  expect(run.stderr).not.toContain(SECRET);
  expect(run.stderr).not.toMatch(/^\s+at /m);
  return run;
}

describe('a Redis that cannot be used', () => {
  test('refuses: nobody listens', async () => {
    const port = await deadPort();
    expect(await clearAt(`redis://:${SECRET}@127.0.0.1:${port}`)).toEqual({
      code: 3,
      stdout: '',
      stderr:
        `error: Redis at 127.0.0.1:${port} refused the connection\n` +
        'hint: is the server running, and is this its port? --url, CACHECTL_URL or the spec file say where it is\n',
    });
  });

  test('tells the same as one JSON document', async () => {
    const port = await deadPort();
    const run = await clearAt(`redis://127.0.0.1:${port}`, '--json');
    expect(JSON.parse(run.stdout)).toEqual({
      error: {
        code: 'redis.refused',
        message: `Redis at 127.0.0.1:${port} refused the connection`,
        hint: 'is the server running, and is this its port? --url, CACHECTL_URL or the spec file say where it is',
      },
    });
    expect(run.code).toBe(3);
  });

  test('is skipped with a warning and exit 0 where a deploy says so', async () => {
    const port = await deadPort();
    expect(await clearAt(`redis://127.0.0.1:${port}`, '--on-unavailable', 'skip')).toEqual({
      code: 0,
      stdout: '',
      stderr: `warning: Redis at 127.0.0.1:${port} refused the connection; skipped, as --on-unavailable skip says\n`,
    });
  });

  test('has a host name that does not resolve', async () => {
    // Longer than a name may be (RFC 1035, 2.3.4): no server is asked for it, which might be slow to answer.
    const host = `${'x'.repeat(64)}.invalid`;
    const run = await clearAt(`redis://${host}:6379`);
    expect(run.code).toBe(3);
    expect(run.stderr).toContain(`error: the host name in ${host}:6379 cannot be resolved\n`);
  });

  test('has no socket where one is named', async () => {
    const run = await clearAt('unix:///no/such/redis.sock');
    expect(run).toMatchObject({ code: 3 });
    expect(run.stderr).toContain('error: there is no Redis socket at /no/such/redis.sock\n');
  });

  test('accepts and never answers: stopped by the time limit of the connection', async () => {
    const hanging = await startTcpServer(() => undefined);
    const run = await clearAt(`redis://127.0.0.1:${hanging.port}`, '--timeout', '300ms');
    expect(run.code).toBe(3);
    expect(run.stderr).toContain("error: the command's time limit of 300 ms ran out\n");
    await hanging.close();
  });

  test('closes every connection at once, and is tried three times', async () => {
    const closing = await startTcpServer((socket) => socket.destroy());
    const run = await clearAt(`redis://127.0.0.1:${closing.port}`);
    expect(run.code).toBe(3);
    expect(run.stderr).toContain(`error: Redis at 127.0.0.1:${closing.port} closed the connection\n`);
    // Each attempt is followed by a look at what the server is: has it no room, does it speak TLS?
    await until(() => closing.connections() >= 9);
    expect(closing.connections()).toBe(9);
    await closing.close();
  });

  test('has no room and is slow to say so: asked at the same time whether it speaks TLS, it is told from that', async () => {
    const sockets: Socket[] = [];
    const full = await startTcpServer((socket) => {
      // The first one is in the middle of writing when it is hung up on, and hears nothing.
      if (full.connections() === 1) {
        socket.destroy();
        return;
      }
      sockets.push(socket);
      // What begins to write here speaks TLS; the other one listens.
      socket.once('data', () => {
        for (const one of sockets) one.end('-ERR max number of clients reached\r\n');
      });
    });
    const run = await clearAt(`redis://127.0.0.1:${full.port}`, '--connect-retries', '0');
    expect(run.code).toBe(3);
    expect(run.stderr).toContain(`error: Redis at 127.0.0.1:${full.port} has no room for another client\n`);
    await full.close();
  });

  test('is not a Redis server at all', async () => {
    const web = await startTcpServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const run = await clearAt(`redis://127.0.0.1:${web.port}`);
    expect(run.code).toBe(3);
    expect(run.stderr).toContain(`error: what answers at 127.0.0.1:${web.port} is not a Redis server\n`);
    await web.close();
  });

  test('speaks no TLS where rediss:// is asked for', async () => {
    await writeFile(
      spec,
      `version: 1
connections: { default: { url: "rediss://127.0.0.1:${redis.port}", connect_timeout: 300ms } }
`,
    );
    const run = await runMain(['clear', 'some-key', '--config', spec]);
    expect(run.code).toBe(3);
    expect(run.stderr).toMatch(
      /error: Redis at .* does not speak TLS\nhint: use redis:\/\/ instead of rediss:\/\/\n/,
    );
  });

  test('wants a password', async () => {
    expect(await clearAt(redis.url)).toEqual({
      code: 4,
      stdout: '',
      stderr:
        `error: Redis at 127.0.0.1:${redis.port} wants a password\n` +
        'hint: --askpass, --password-file FILE, REDISCLI_AUTH, or password: "${NAME}" in the spec file\n',
    });
  });

  test('does not accept the password', async () => {
    expect(await clearAt(`redis://:${SECRET}-wrong@127.0.0.1:${redis.port}`)).toEqual({
      code: 4,
      stdout: '',
      stderr:
        `error: Redis at 127.0.0.1:${redis.port} does not accept this user and password\n` +
        'hint: check user and password; a server with no password set refuses every one\n',
    });
  });

  test('lets the user do nothing', async () => {
    await redis.call('ACL', 'SETUSER', 'reader', 'on', '>pw', '~*', '+@read', '+ping', '+select');
    const run = await clearAt(`redis://reader:pw@127.0.0.1:${redis.port}`);
    expect(run.code).toBe(4);
    expect(run.stderr).toMatch(/^error: the Redis user may not do this: NOPERM .*unlink/);
  });

  test('has no database of that number', async () => {
    const run = await clearAt(`redis://:${SECRET}@127.0.0.1:${redis.port}/99`);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain('has no database of that number');
  });

  test.each([
    ['redis://host:6379/zero', 'the database in the Redis URL must be a number, not "zero"'],
    ['http://127.0.0.1:6379', '--url names a Redis, and this is a web address'],
    ['ftp://127.0.0.1', '"ftp://" is not a kind of Redis URL'],
    ['not a url', 'the Redis URL cannot be read'],
  ])('cannot be named by %s', async (url, message) => {
    const run = await clearAt(url);
    expect(run.code).toBe(2);
    expect(run.stderr.split('\n')[0]).toBe(`error: ${message}`);
  });
});
