import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { startShop } from '../../examples/shop/server.ts';
import { ensurePackages } from '../support/ensure-packages.ts';
import { startOrigin, type TestOrigin } from '../support/http-origin.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { BINARY } from '../support/run-binary.ts';
import { startTerminal, type Terminal } from '../support/terminal.ts';
import { until } from '../support/until.ts';

let redis: TestRedis;
let shop: Awaited<ReturnType<typeof startShop>>;
let folder: string;
let terminal: Terminal | undefined;
beforeAll(async () => {
  await ensurePackages(['tmux', 'less']);
  redis = await startTestRedis();
  shop = await startShop({ port: 0, latencyScale: 0.02 });
});
afterAll(() => Promise.all([redis.stop(), shop.close()]));
beforeEach(async () => {
  await redis.call('FLUSHALL');
  folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
  await mkdir(path.join(folder, 'bin'));
  await symlink(BINARY, path.join(folder, 'bin', 'cachectl'));
});
afterEach(async () => {
  await terminal?.stop();
  terminal = undefined;
  await rm(folder, { recursive: true });
});

/** A shell at a terminal, with cachectl on its PATH. */
async function open(
  options: { readonly columns?: number; readonly rows?: number; readonly env?: Record<string, string> } = {},
): Promise<Terminal> {
  terminal = await startTerminal(['bash', '--norc', '--noprofile', '-i'], {
    columns: options.columns ?? 80,
    rows: options.rows ?? 40,
    cwd: folder,
    env: {
      PATH: `${path.join(folder, 'bin')}:${path.dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
      HOME: folder,
      // A shell that is closed would write into the folder while it is removed.
      HISTFILE: '/dev/null',
      PS1: 'ready> ',
      REDIS_URL: redis.url,
      ...options.env,
    },
  });
  await terminal.shows('ready>');
  return terminal;
}

describe('cachectl alone', () => {
  test('says where one is connected, and what to do first where there is no spec file', async () => {
    await redis.call('SET', 'a', '1');
    const screen = await open();
    await screen.type('cachectl', 'Enter');
    const text = await screen.shows(/cachectl --help[\s\S]*ready>/);
    expect(text).toMatch(/Redis +127\.0\.0\.1:\d+\/0 \(environment REDIS_URL\): Redis [\d.]+, 1 key/);
    expect(text).toContain('Spec file  none from here upward');
    expect(text).toMatch(/cachectl init +write a spec file/);
  });

  test('names the scopes, and says at once that Redis is away', async () => {
    await writeFile(
      path.join(folder, 'cachectl.yaml'),
      'version: 1\nscopes: { home: { entries: [{ key: home, path: / }] } }\n',
    );
    const screen = await open({ env: { REDIS_URL: 'redis://127.0.0.1:1/0' } });
    await screen.type('cachectl', 'Enter');
    const text = await screen.shows(/cachectl --help[\s\S]*ready>/);
    expect(text.replaceAll(/\s+/g, ' ')).toContain('refused the connection');
    expect(text).toMatch(/cachectl doctor +find out what is wrong/);
    expect(text).toContain('cachectl.yaml: home');
    expect(text).toContain('cachectl warm --scope home');
  });
});

describe('what is longer than the terminal', () => {
  test('ends with a mark on a screen that is redrawn', async () => {
    await redis.call('SET', 'a', 'x'.repeat(200));
    const screen = await open({ columns: 50 });
    await screen.type('cachectl inspect a --watch', 'Enter');
    const text = await screen.shows(/ is there: string, 200 B, no …$/m);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBe(50);
    await screen.type('q');
    await screen.shows(/ready>$/);
  });

  test('is shown in the pager, and the rest when asked for', async () => {
    for (let i = 100; i < 200; i++) await redis.call('SET', `key:${i}`, '1');
    const screen = await open({ rows: 20 });
    await screen.type('cachectl keys', 'Enter');
    const first = await screen.shows(/^:$/m);
    expect(first.match(/key:\d+/g)?.length).toBeLessThan(20);
    await screen.type('q');
    await screen.shows(/^ready>$/m);
    await screen.type('clear; PAGER="tail -n 2" cachectl help warm', 'Enter');
    expect(await screen.shows(/docs\/commands\/warm\.md/)).not.toContain('Usage');
  });

  test('is not, where it is short, where nobody wants it, and in a pipe', async () => {
    await redis.call('SET', 'only', '1');
    const screen = await open({ rows: 20, env: { PAGER: 'echo paged; cat' } });
    await screen.type('cachectl keys; cachectl --no-pager --help; cachectl --help | tail -n 1', 'Enter');
    await screen.shows(/cachectl demo[^\n]*\n[^\n]*cachectl demo[^\n]*\nready>/);
    expect(await screen.screen()).not.toContain('paged');
  });
});

describe('clear', () => {
  test('asks which keys, shows what it would do, and asks again', async () => {
    for (const key of ['user:1', 'user:2', 'other']) await redis.call('SET', key, '1');
    const screen = await open();
    await screen.type('cachectl clear', 'Enter');
    await screen.shows('Which keys to delete?');
    await screen.type('user:*', 'Enter');
    expect(await screen.shows(/\(y\/N\)/)).toMatch(/2 keys would be removed/);
    await screen.type('y', 'Enter');
    await screen.shows('Removed 2 keys');
    expect(await redis.keys()).toEqual(['other']);
  });

  test('asks nothing where nothing matches', async () => {
    const screen = await open();
    await screen.type("cachectl clear --pattern 'user:*'", 'Enter');
    expect(await screen.shows(/Removed 0 keys[\s\S]*ready>/)).not.toContain('(y/N)');
    await screen.type('clear; cachectl clear --all', 'Enter');
    await screen.shows(/Nothing matches at the moment\s[\s\S]*Type \S+ to delete them:/);
    await screen.type('no', 'Enter');
    await screen.shows(/not confirmed: nothing was deleted/);
  });
});

describe('work that lasts', () => {
  /** A spec file whose targets an origin answers when the test says so. */
  async function heldOrigin(): Promise<{ readonly origin: TestOrigin; readonly answer: () => void }> {
    const held: (() => void)[] = [];
    let isOpen = false;
    const origin = await startOrigin({
      '*': (_, response) => {
        const end = (): void => void response.end('body');
        if (isOpen) end();
        else held.push(end);
      },
    });
    onTestFinished(() => origin.stop());
    await writeFile(
      path.join(folder, 'cachectl.yaml'),
      `version: 1
origin: { base_url: "${origin.url}" }
scopes: { s: { entries: [{ key: "k:{n}", path: "/{n}", foreach: { from: range, start: 1, end: 3, as: n } }] } }
`,
    );
    const answer = (): void => {
      isOpen = true;
      for (const end of held) end();
    };
    return { origin, answer };
  }

  test('with CACHECTL_PROGRESS=plain tells in lines how far it is, and draws nothing', async () => {
    const { answer } = await heldOrigin();
    const screen = await open({ env: { CACHECTL_PROGRESS: 'plain' } });
    await screen.type('cachectl warm --scope s --timeout 1m', 'Enter');
    await screen.shows(/^warming: 0 of 3 targets$/m);
    answer();
    // The line stays, where a bar would be gone.
    const text = await screen.shows(/^warming: 0 of 3 targets\n[\s\S]*3 of 3 targets stored/m);
    expect(text).not.toMatch(/[⠀-⣿█░]/);
  });

  test('ends cleanly, its lock given back, where the terminal is closed', async () => {
    const { origin } = await heldOrigin();
    const screen = await open();
    await screen.type('cachectl warm --scope s', 'Enter');
    await origin.untilRequests(3);
    // Left alone, the lock would stay.
    expect(await redis.call('PERSIST', 'cachectl:lock:warm:s')).toBe(1);
    await screen.stop();
    await until(async () => (await redis.call('EXISTS', 'cachectl:lock:warm:s')) === 0);
  });
});

describe('init', () => {
  test('asks four questions, tries each answer, and writes a file that warms', async () => {
    const screen = await open({ columns: 60, env: { REDIS_URL: '' } });
    await screen.type('cachectl init', 'Enter');
    await screen.shows('Redis (Enter:');
    await screen.type('redis://127.0.0.1:1/0', 'Enter');
    await screen.shows('Write it down nevertheless?');
    await screen.type('n', 'Enter');
    await screen.shows(/nevertheless\?[^\n]*No[\s\S]*Redis \(Enter:/);
    await screen.type(redis.url, 'Enter');
    await screen.shows('Layout of the keys');
    await screen.type('', 'Enter');
    await screen.shows('Address of the application');
    await screen.type(shop.url, 'Enter');
    // A question breaks between words.
    await screen.shows('What to warm first: paths, a sitemap (/sitemap.xml), or\nthe file of an access log');
    await screen.type('/ /api/features', 'Enter');
    await screen.shows(/Wrote cachectl\.yaml[\s\S]*ready>/);
    await screen.type('clear; cachectl warm --scope pages', 'Enter');
    await screen.shows('2 of 2 targets stored');
    expect(await redis.entryKeys()).toEqual(['page:/', 'page:/api/features']);
  });
});

test('without UTF-8 nothing beyond ASCII is drawn', async () => {
  for (let i = 0; i < 5; i++)
    await redis.call('SET', `a-rather-long-key-that-has-to-be-cut:${'x'.repeat(80)}:${i}`, '1');
  const screen = await open({ columns: 60, env: { LANG: 'C', LC_ALL: 'C' } });
  await screen.type('cachectl stats; cachectl doctor; cachectl keys --with type,ttl', 'Enter');
  const text = await screen.shows(/xx[\s\S]*ready> $|xx[\s\S]*ready>$/);
  expect(text.match(/[^\n\x20-\x7e]/g)).toBeNull();
});

test('nor by what asks', async () => {
  for (const key of ['user:1', 'user:2']) await redis.call('SET', key, '1');
  const screen = await open({ env: { LANG: 'C', LC_ALL: 'C' } });
  await screen.type('cachectl inspect', 'Enter');
  expect(await screen.shows(/^> user:\d$/m)).not.toMatch(/[^\n\x20-\x7e]/);
  await screen.type('user:2');
  await screen.shows(/^> user:2$(?![\s\S]*user:1)/m);
  await screen.type('', 'Enter');
  expect(await screen.shows(/^\+ .*user:2[\s\S]*^type +string/m)).not.toMatch(/[^\n\x20-\x7e]/);
  await screen.type('clear; cachectl clear --pattern "user:*"', 'Enter');
  expect(await screen.shows(/^\? Delete them .*\(y\/N\)/m)).not.toMatch(/[^\n\x20-\x7e]/);
  await screen.type('n', 'Enter');
  expect(await screen.shows(/^\+ Delete them .*No$/m)).not.toMatch(/[^\n\x20-\x7e]/);
});
