import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { json, startOrigin, type TestOrigin } from '../support/http-origin.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runSafely } from '../support/run-safely.ts';
import { createSpecFolder, type SpecFolder } from '../support/spec-folder.ts';

const PASSWORD = 'pw-of-the-test';

let redis: TestRedis;
let origin: TestOrigin;
let spec: SpecFolder;
beforeAll(async () => {
  redis = await startTestRedis();
  origin = await startOrigin({ '*': json({ fine: true }) });
  spec = await createSpecFolder();
  await spec.write(`version: 1
origin: { base_url: "${origin.url}" }
defaults: { ttl: 60s, retries: 0 }
scopes: { s: { entries: [{ key: "page:{n}", path: "/{n}", foreach: { from: range, start: 1, end: 3, as: n } }] } }
`);
});
afterAll(() => Promise.all([redis.stop(), origin.stop(), spec.remove()]));

async function fill(): Promise<void> {
  await redis.call('FLUSHALL');
  for (const key of PAGES) await redis.call('SET', key, 'old', 'EX', 100);
  await redis.call('SET', 'a:string', 'text');
  await redis.call('HSET', 'a:hash', 'field', 'value');
  await redis.call('RPUSH', 'a:list', 'item');
  await redis.call('SADD', 'a:set', 'member');
  await redis.call('ZADD', 'a:zset', 1, 'member');
  await redis.call('XADD', 'a:stream', '*', 'field', 'value');
}
const PAGES = ['page:1', 'page:2', 'page:3'];
const KEYS = ['a:string', 'a:hash', 'a:list', 'a:set', 'a:zset', 'a:stream'];

/** Every command of the contract, with each part of it that has Redis commands of its own. */
const LINES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  warm: [
    ['warm', '--scope', 's'],
    ['warm', '--scope', 's'],
  ],
  inspect: [['inspect', ...KEYS]],
  stats: [['stats']],
  loadtest: [['loadtest', '--scope', 's', '-n', '2']],
  clear: [
    ['clear', 'a:string', 'nothing', '--dry-run'],
    ['clear', '--pattern', 'a:*'],
  ],
};

/** What opening a connection sends; a server that refuses CLIENT or INFO is used all the same. */
const OPENING = ['hello', 'auth', 'ping', 'client|setname', 'info'];
/** What a command goes without where it is refused; for warm locks, and what it remembers beside entries. */
const DISPENSABLE: Readonly<Record<string, readonly string[]>> = {
  warm: 'eval evalsha setrange hset hmget del get multi exec pexpire strlen pttl unlink'.split(' '),
  // What warm has written down about an entry.
  inspect: ['hmget'],
  // Whether a run that was killed has left a setting changed; who may not ask cannot have changed it.
  stats: ['config|get'],
  // What the plan tells of the keys, and how much memory they free.
  clear: ['dbsize', 'memory|usage', 'pttl', 'type'],
};

const as = (user: string, argv: readonly string[]) =>
  runSafely(
    argv,
    {
      cwd: spec.folder,
      env: { CACHECTL_URL: `redis://${user}@127.0.0.1:${redis.port}`, REDISCLI_AUTH: PASSWORD },
    },
    [PASSWORD],
  );

interface Need {
  readonly command: string;
  readonly needed_by: readonly string[];
}

/** What ping looks for: all that it misses where everything is missing. */
async function needsOfPing(): Promise<readonly Need[]> {
  const rules = ['+ping', '+hello', '+acl|whoami', '+acl|dryrun'];
  await redis.call('ACL', 'SETUSER', 'nobody', 'reset', 'on', `>${PASSWORD}`, '~*', ...rules);
  const run = await as('nobody', ['ping', '--json']);
  expect(run.code).toBe(4);
  const report = JSON.parse(run.stdout) as { servers: { missing_permissions: Need[] }[] };
  return report.servers[0]?.missing_permissions ?? [];
}

describe('the permissions that ping looks for', () => {
  beforeEach(fill);

  test.each(Object.entries(LINES))('are all that %s uses', async (name, lines) => {
    const needs = await needsOfPing();
    const known = [
      ...needs.filter(({ needed_by }) => needed_by.includes(name)).map(({ command }) => command),
      ...OPENING,
      ...(DISPENSABLE[name] ?? []),
    ];
    await redis.call('ACL', 'SETUSER', 'everybody', 'reset', 'on', `>${PASSWORD}`, '~*', '+@all');
    await redis.call('CONFIG', 'RESETSTAT');
    for (const line of lines) expect(await as('everybody', line)).toMatchObject({ code: 0, stderr: '' });
    const stats = String(await redis.call('INFO', 'commandstats'));
    const used = [...stats.matchAll(/^cmdstat_([^:]+):calls=\d+/gm)].map(([, command]) => command ?? '');
    const own = ['config|resetstat'];
    expect(used.filter((command) => !known.includes(command) && !own.includes(command))).toEqual([]);
  });

  test('are found without ACL DRYRUN as well, and nothing is changed by looking', async () => {
    await redis.call(
      'ACL',
      'SETUSER',
      'old',
      'reset',
      'on',
      `>${PASSWORD}`,
      '~*',
      '+@all',
      '-acl',
      '-unlink',
      '-memory',
    );
    const before = await redis.keys();
    const run = await as('old', ['ping', '--json']);
    expect(run.code).toBe(4);
    const { servers } = JSON.parse(run.stdout) as { servers: { missing_permissions: Need[] }[] };
    expect(servers[0]?.missing_permissions.map(({ command }) => command)).toEqual(['memory|usage', 'unlink']);
    expect(await redis.keys()).toEqual(before);
  });
});

describe('a permission that is missing (-NOPERM)', () => {
  beforeEach(fill);

  test('is told of for every command that needs it, each missing in turn', async () => {
    const needs = await needsOfPing();
    const without = (command: string): readonly string[] => ['+@all', `-${command}`];
    /** INFO is left out by inspect where it is refused, and by others for what is nice to know. */
    const optional = new Set(['memory|usage', 'object|idletime', 'object|freq', 'object|encoding']);
    for (const { command, needed_by } of needs) {
      await redis.call('ACL', 'SETUSER', 'limited', 'reset', 'on', `>${PASSWORD}`, '~*', ...without(command));
      const ping = await as('limited', ['ping', '--json']);
      expect(ping.code, command).toBe(4);
      expect(JSON.parse(ping.stdout)).toMatchObject({
        servers: [{ missing_permissions: [{ command, needed_by }] }],
      });
      for (const name of needed_by) {
        await fill();
        const runs = [];
        for (const line of LINES[name] ?? []) runs.push(await as('limited', line));
        const place = `${name} without ${command}`;
        const said = runs.map(({ stdout, stderr }) => stdout + stderr).join('');
        const codes = runs.map(({ code }) => code);
        if (optional.has(command) || (command === 'info' && name === 'clear')) {
          expect(
            codes.every((code) => code === 0),
            place,
          ).toBe(true);
          continue;
        }
        expect(
          codes.some((code) => code === 4 || code === 5),
          `${place}: ${codes.join()} ${said}`,
        ).toBe(true);
        expect(said, place).toContain('the Redis user may not do this: NOPERM');
        expect(said, place).toContain(`'${command}'`);
      }
    }
  }, 120_000);

  test('is told of with the next thing to try', async () => {
    await redis.call('ACL', 'SETUSER', 'limited', 'reset', 'on', `>${PASSWORD}`, '~*', '+@all', '-unlink');
    expect(await as('limited', ['clear', '--pattern', 'a:*'])).toMatchObject({
      code: 4,
      stdout: expect.stringMatching(/^Stopped early: removed 0 keys from /) as string,
      stderr:
        "error: the Redis user may not do this: NOPERM this user has no permissions to run the 'unlink' command\n" +
        'hint: cachectl ping lists all that this user lacks; ACL SETUSER gives it\n',
    });
    expect(await redis.keys()).toHaveLength(KEYS.length + PAGES.length);
  });

  test('for the keys themselves is told of', async () => {
    await redis.call('ACL', 'SETUSER', 'limited', 'reset', 'on', `>${PASSWORD}`, '~other:*', '+@all');
    const run = await as('limited', ['inspect', 'a:string']);
    expect(run.code).toBe(4);
    expect(run.stderr).toMatch(/^error: the Redis user may not do this: NOPERM .* keys? /);
  });

  test.each(['ping', 'hello', 'client', 'info', 'role'])(
    'for %s keeps nothing from being read',
    async (command) => {
      await redis.call(
        'ACL',
        'SETUSER',
        'limited',
        'reset',
        'on',
        `>${PASSWORD}`,
        '~*',
        '+@all',
        `-${command}`,
      );
      expect(await as('limited', ['inspect', 'a:string'])).toMatchObject({ code: 0, stderr: '' });
    },
  );
});
