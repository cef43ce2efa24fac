import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestCluster } from '../support/cluster.ts';
import { startProxy } from '../support/proxy.ts';
import { startTestRedis } from '../support/redis.ts';
import { makeScriptFolder, type ScriptFolder } from '../support/script-folder.ts';
import { startTestSentinels } from '../support/sentinel.ts';
import { startTlsRedis } from '../support/tls-redis.ts';

const PAGE = readFileSync(new URL('../../docs/connections.md', import.meta.url), 'utf8');
const blocks = (language: string): readonly string[] =>
  [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, block]) => block ?? '');
const LINES = blocks('sh').flatMap((block) => block.trim().split('\n'));

/** What the page says, and what is there in the test: ports and files. */
let here: readonly (readonly [said: string, real: string])[];
let folder: ScriptFolder;
const stops: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  folder = await makeScriptFolder();
  const socket = path.join(folder.path, 'redis.sock');
  const [redis, withUser, tls, watched, cluster] = await Promise.all([
    startTestRedis(['--unixsocket', socket]),
    startTestRedis(),
    startTlsRedis({}, ['--tls-auth-clients', 'optional']),
    startTestSentinels(),
    startTestCluster({ replicas: 1 }),
  ]);
  await withUser.call('ACL', 'SETUSER', 'deploy', 'on', '>secret', '~*', '+@all');
  await withUser.call('ACL', 'SETUSER', 'default', 'nopass', '-@all', '+@connection', '+acl', '+config');
  const [seed, second] = cluster.primaries;
  if (seed === undefined || second === undefined) throw new Error('no primary');
  const nat = await startProxy({ port: second.server.port });
  stops.push(redis.stop, withUser.stop, tls.stop, watched.stop, cluster.stop, nat.stop);
  here = [
    ['127.0.0.1:17001', nat.address],
    ['127.0.0.1:26379', `127.0.0.1:${watched.ports[0]}`],
    ['127.0.0.1:26380', `127.0.0.1:${watched.ports[1]}`],
    ['127.0.0.1:6379', `127.0.0.1:${redis.port}`],
    ['127.0.0.1:6380', `127.0.0.1:${withUser.port}`],
    ['127.0.0.1:6390', `127.0.0.1:${tls.tlsPort}`],
    ['127.0.0.1:7000', seed.address],
    ['127.0.0.1:7001', second.address],
    ['/run/redis/redis.sock', socket],
    ['/run/secrets/redis', await folder.write('password', 'secret\n')],
    // These Sentinels have none, and take an empty one for none.
    ['/run/secrets/sentinel', await folder.write('sentinel-password', '\n')],
    ['/etc/redis/ca.pem', tls.files.ca],
    ['/etc/redis/client.pem', tls.files.cert],
    ['/etc/redis/client-key.pem', tls.files.key],
  ];
  await folder.write('cachectl.yaml', replaced(blocks('yaml')[0] ?? ''));
});
afterAll(async () => {
  await Promise.all(stops.map((stop) => stop()));
  await folder.remove();
});

/** All at once, so that no port is replaced by another and then that one again. */
function replaced(text: string): string {
  const longestFirst = [...here].sort(([a], [b]) => b.length - a.length);
  const said = longestFirst.map(([word]) => word.replaceAll('.', '\\.')).join('|');
  const real = new Map(here);
  return text.replace(new RegExp(`(?:${said})(?!\\d)`, 'g'), (word) => real.get(word) ?? word);
}

const WARNS = /--password secret|:secret@|--tls-skip-verify/;

describe('docs/connections.md', () => {
  test('shows a line for each way to connect', () => {
    for (const way of [
      'redis://',
      'rediss://',
      'unix://',
      'redis+sentinel://',
      'redis+cluster://',
      '--nat-map',
    ])
      expect(
        LINES.filter((line) => line.includes(way)),
        way,
      ).not.toEqual([]);
    expect(LINES.length).toBeGreaterThan(30);
  });

  test.each(LINES)('%s', async (line) => {
    const run = await folder.run(replaced(line));
    expect(run).toMatchObject({ code: 0 });
    expect(run.stdout).not.toBe('');
    expect(run.stdout + run.stderr).not.toContain('secret@');
    if (WARNS.test(line)) expect(run.stderr).toMatch(/^warning: [^\n]+\n$/);
    else if (!line.includes('--verbose')) expect(run.stderr).toBe('');
  });
});
