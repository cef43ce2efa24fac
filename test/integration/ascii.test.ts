import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startShop } from '../../examples/shop/server.ts';
import { TOPICS } from '../../src/cli/help-topics.ts';
import { COMMANDS } from '../../src/cli/registry.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runMain } from '../support/run-main.ts';

let redis: TestRedis;
let shop: Awaited<ReturnType<typeof startShop>>;
let folder: string;
beforeAll(async () => {
  redis = await startTestRedis();
  shop = await startShop({ port: 0, latencyScale: 0.02 });
  folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
  await writeFile(
    path.join(folder, 'cachectl.yaml'),
    `version: 1
connections: { default: { url: "${redis.url}" } }
origin: { base_url: "${shop.url}" }
namespaces: { pages: {} }
invalidation: { changed: { clear: ["user:*"], rewarm: { scope: pages } } }
scopes:
  pages:
    entries:
      - { key: "page:home", path: /, ttl: 60s, ttl_jitter: 10%, tags: [home], headers: { Accept-Language: en } }
      - { key: "page:stats", path: /api/stats, ttl: 60s }
`,
  );
  await redis.call(
    'HSET',
    'user:1',
    ...Array.from({ length: 200 }, (_, i) => [`field:${i}`, 'x'.repeat(200)]).flat(),
  );
  for (let i = 0; i < 300; i++)
    await redis.call('SET', `item:${i % 7}:${'long-'.repeat(i % 20)}${i}`, 'v'.repeat(i * 10));
  await runMain(['stats', '--save', 'before.json'], { cwd: folder });
});
afterAll(() => Promise.all([redis.stop(), shop.close(), rm(folder, { recursive: true })]));

async function expectAscii(line: string, codes: readonly number[]): Promise<void> {
  for (const columns of [60, undefined]) {
    const { stdout, stderr, code } = await runMain(line.split(' '), {
      cwd: folder,
      env: { LANG: '', LC_ALL: 'C', CACHECTL_URL: redis.url },
      ...(columns === undefined ? {} : { columns }),
    });
    expect(codes, `${line}: ${stderr}`).toContain(code);
    expect(`${stdout}${stderr}`.match(/\P{ASCII}+/gu) ?? [], line).toEqual([]);
    expect(`${stdout}${stderr}`, line).not.toBe('');
  }
}

// What is drawn: tables, trees, bars, curves, signs; and what is said: reports, refusals.
test.each([
  ['warm --scope pages --adaptive', [0]],
  ['warm --scope pages --dry-run', [0]],
  ['verify --scope pages', [0]],
  ['keys --with type,ttl,size,idle', [0]],
  ['inspect user:1', [0]],
  ['inspect page:stats', [0]],
  ['stats', [0]],
  ['stats --by-prefix --sample 50ms', [0]],
  ['stats --interval 50ms --assert keys>=1', [0]],
  ['stats --assert hit_rat>=1', [2]],
  ['stats diff before.json before.json', [0]],
  ['analyze', [0]],
  ['analyze --sample 50%', [0]],
  ['analyze --output tree', [0]],
  ['analyze --advise', [0]],
  ['loadtest --scope pages --compare none --requests 20 --connections 2', [0]],
  ['loadtest --redis --requests 200 --connections 2', [0]],
  ['ping', [0]],
  ['doctor', [0, 6]],
  ['key explain user:1', [0]],
  ['layout detect', [0]],
  ['tags list', [0]],
  ['namespace list', [0]],
  ['invalidate changed --dry-run', [0]],
  ['ttl --pattern item:* --set 60s --dry-run', [0]],
  ['clear --pattern item:* --dry-run', [0]],
  ['clear --pattern item:1:* --yes', [0]],
  ['config show', [0]],
  ['config validate', [0]],
  ['init --force --no-check --config other.yaml', [0]],
  ['cler', [2]],
  ['warm --scope pagse', [2]],
] as const)('%s, in a locale without UTF-8, writes nothing but ASCII', async (line, codes) => {
  await expectAscii(line, codes);
});

test('so do all pages of help', async () => {
  for (const { path: words } of COMMANDS) await expectAscii(`${words.join(' ')} --help`, [0]);
  for (const { name } of TOPICS) await expectAscii(`help ${name}`, [0]);
  await expectAscii('--help', [0]);
});
