import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runSafely } from '../support/run-safely.ts';
import { startTlsRedis, type TlsRedis } from '../support/tls-redis.ts';

let server: TlsRedis;
let mutual: TlsRedis;
beforeAll(async () => {
  [server, mutual] = await Promise.all([startTlsRedis(), startTlsRedis({}, ['--tls-auth-clients', 'yes'])]);
  await server.redis.call('SET', 'k', 'v');
  await mutual.redis.call('SET', 'k', 'v');
});
afterAll(() => Promise.all([server.stop(), mutual.stop()]));

const urlOf = (redis: TlsRedis, host = '127.0.0.1'): string => `rediss://${host}:${redis.tlsPort}`;
const inspect = (url: string, ...more: readonly string[]) =>
  runSafely(['inspect', 'k', '--url', url, ...more]);

describe('a TLS server', () => {
  test('is trusted through its authority', async () => {
    const run = await inspect(urlOf(server), '--tls-ca', server.files.ca);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(/^exists +yes$/m);
  });

  test.each([
    ['by nobody that the system trusts', () => []],
    ['by somebody else', () => ['--tls-ca', server.files.otherCa]],
  ])('is refused where its certificate is signed %s', async (_, flags) => {
    expect(await inspect(urlOf(server), ...flags())).toEqual({
      code: 3,
      stdout: '',
      stderr:
        `error: the certificate of Redis at 127.0.0.1:${server.tlsPort} cannot be verified (SELF_SIGNED_CERT_IN_CHAIN)\n` +
        'hint: --tls-ca FILE (or tls: { ca: FILE } in the spec file) names the authority that signed it\n',
    });
  });

  test('is refused where its certificate has expired', async () => {
    const expired = await startTlsRedis({ expired: true });
    expect(await inspect(urlOf(expired), '--tls-ca', expired.files.ca)).toEqual({
      code: 3,
      stdout: '',
      stderr:
        `error: the certificate of Redis at 127.0.0.1:${expired.tlsPort} has expired\n` +
        'hint: renew it on the server; if it is not that old, check the clock of this machine\n',
    });
    await expired.stop();
  });

  test('is refused under a name that its certificate is not for, and taken under the right one', async () => {
    const named = await startTlsRedis({ names: ['cache.internal'] });
    const ca = ['--tls-ca', named.files.ca];
    expect(await inspect(urlOf(named, 'localhost'), ...ca)).toEqual({
      code: 3,
      stdout: '',
      stderr:
        `error: the certificate of Redis at localhost:${named.tlsPort} is for another host name (DNS:cache.internal)\n` +
        'hint: connect by a name that it is for, or say with --tls-server-name NAME which one to expect\n',
    });
    expect(await inspect(urlOf(named), ...ca)).toMatchObject({ code: 3 });
    const told = await inspect(urlOf(named, 'localhost'), ...ca, '--tls-server-name', 'cache.internal');
    expect(told).toMatchObject({ code: 0, stderr: '' });
    await named.stop();
  });

  test('is not spoken to plainly', async () => {
    expect(await inspect(`redis://127.0.0.1:${server.tlsPort}`)).toEqual({
      code: 3,
      stdout: '',
      stderr:
        `error: Redis at 127.0.0.1:${server.tlsPort} speaks only TLS\n` +
        'hint: use rediss:// instead of redis://, or --tls\n',
    });
    expect((await inspect(`redis://127.0.0.1:${mutual.tlsPort}`)).stderr).toContain('speaks only TLS');
  });

  test('may want a client certificate, and gets it', async () => {
    const ca = ['--tls-ca', mutual.files.ca];
    expect(await inspect(urlOf(mutual), ...ca)).toEqual({
      code: 3,
      stdout: '',
      stderr:
        `error: Redis at 127.0.0.1:${mutual.tlsPort} wants a client certificate\n` +
        'hint: --tls-cert FILE and --tls-key FILE name it and its key\n',
    });
    const pair = ['--tls-cert', mutual.files.cert, '--tls-key', mutual.files.key];
    expect(await inspect(urlOf(mutual), ...ca, ...pair)).toMatchObject({ code: 0, stderr: '' });
  });

  test('hangs up where its maxclients is reached, and the hint says that it may be that', async () => {
    await server.redis.call('CONFIG', 'SET', 'maxclients', '1');
    const run = await inspect(urlOf(server), '--tls-ca', server.files.ca);
    await server.redis.call('CONFIG', 'SET', 'maxclients', '1000');
    expect(run.code).toBe(3);
    expect(run.stderr).toMatch(/closed the connection\nhint: .* maxclients /);
  });
});

describe('the files for TLS', () => {
  test.each([
    [
      'a CA file that is not there',
      ['--tls-ca', '/no/such.pem'],
      'the CA certificate /no/such.pem cannot be read: it does not exist',
    ],
    [
      'a CA file that is a folder',
      ['--tls-ca', '/tmp'],
      'the CA certificate /tmp cannot be read: it is a folder',
    ],
    [
      'a client certificate without its key',
      ['--tls-cert', '/no/such.pem'],
      'a client certificate for TLS needs both, the certificate and its key',
    ],
  ])('%s ends it with exit 2, before anything is contacted', async (_, flags, message) => {
    const run = await inspect(urlOf(server), ...flags);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr.split('\n')[0]).toBe(`error: ${message}`);
  });

  test('a CA file without any certificate is named', async () => {
    const file = path.join(server.redis.folder, 'not.pem');
    await writeFile(file, 'hello\n');
    const run = await inspect(urlOf(server), '--tls-ca', file);
    expect(run).toEqual({
      code: 2,
      stdout: '',
      stderr: `error: the CA certificate ${file} holds no certificate in PEM form\n`,
    });
  });

  test('a key that is not that of the certificate is named', async () => {
    const { ca, cert } = mutual.files;
    const run = await inspect(
      urlOf(mutual),
      '--tls-ca',
      ca,
      '--tls-cert',
      cert,
      '--tls-key',
      server.files.key,
    );
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(
      `error: the client certificate ${cert} and the key ${server.files.key} do not belong together\n`,
    );
  });
});

describe('--tls-skip-verify', () => {
  test('works and warns on every run', async () => {
    for (let i = 0; i < 2; i++) {
      const run = await inspect(urlOf(server), '--tls-skip-verify');
      expect(run.code).toBe(0);
      expect(run.stderr).toBe('warning: the certificate of Redis is not verified (--tls-skip-verify)\n');
    }
  });

  test('is refused for a protected connection, by flag and in the file', async () => {
    const file = path.join(server.redis.folder, 'protected.yaml');
    const spec = (tls: string): string =>
      `version: 1\nconnections: { production: { url: "${urlOf(server)}", protected: true${tls} } }\n`;
    const argv = ['inspect', 'k', '--config', file, '--env', 'production'];
    await writeFile(file, spec(''));
    const byFlag = await runSafely([...argv, '--tls-skip-verify']);
    await writeFile(file, spec(', tls: { skip_verify: true }'));
    const byFile = await runSafely(argv);
    for (const run of [byFlag, byFile]) {
      expect(run).toEqual({
        code: 2,
        stdout: '',
        stderr:
          'error: production is protected: its certificate must be verified\n' +
          'hint: --tls-ca FILE names the authority that signed it\n',
      });
    }
  });
});
