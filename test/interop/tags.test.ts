import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ensurePackages, systemPython } from '../support/ensure-packages.ts';
import { packageFile } from '../../src/package-root.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runMain } from '../support/run-main.ts';

const run = promisify(execFile);
const TEXT = readFileSync(new URL('../../docs/tags.md', import.meta.url), 'utf8');

let redis: TestRedis;
let folder: string;
beforeAll(async () => {
  redis = await startTestRedis();
  // Beside the checkout's packages, so that the JavaScript example finds ioredis.
  folder = await mkdtemp(packageFile('node_modules', '.cachectl-tags-'));
  await ensurePackages(['python3-redis', 'php-cli', 'php-redis', 'ruby', 'ruby-redis']);
});
afterAll(() => Promise.all([redis.stop(), rm(folder, { recursive: true })]));
beforeEach(async () => {
  await redis.call('FLUSHALL');
});

/** The code of a language; a file of the document has one block of each. */
function blockOf(language: string): string {
  const [, code, ...more] = TEXT.split(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'ms'));
  expect(more).toHaveLength(1);
  return code ?? '';
}

async function cachectl(...argv: readonly string[]): Promise<string> {
  const result = await runMain([...argv, '--url', redis.url, '--layout', 'plain:prefix=shop:']);
  expect(result).toMatchObject({ code: 0, stderr: '' });
  return result.stdout;
}

async function serverTime(): Promise<number> {
  const time = await redis.call('TIME');
  const [seconds = 0, microseconds = 0] = (Array.isArray(time) ? time : []).map(Number);
  return seconds * 1_000 + Math.floor(microseconds / 1_000);
}

/** What every example has to have done, which began to write at this moment of the server's. */
async function expectTagged(begunAt: number): Promise<void> {
  // A tag may live longer than what was written before it, by what lay between the two.
  const between = (await serverTime()) - begunAt;
  expect(String(await redis.call('GET', 'shop:product:42'))).toBe('{"id":42}');
  for (const tag of ['products', 'product:42']) {
    expect(await cachectl('keys', '--tag', tag)).toBe('product:42\n');
    const lives = await redis.node.pipeline([
      ['PTTL', `shop:cachectl:tag:${tag}`],
      ['PTTL', 'shop:product:42'],
    ]);
    const [left = 0, life = 0] = lives.map(Number);
    // Asked first, and maybe a millisecond earlier.
    expect(left).toBeGreaterThanOrEqual(life - 1);
    expect(left).toBeLessThanOrEqual(life + between + 1);
  }
  expect(JSON.parse(await cachectl('tags', 'repair', '--dry-run', '--json'))).toMatchObject({
    tags: 2,
    orphans: 0,
    corrected: 0,
  });
  expect(await cachectl('clear', '--tag', 'product:42')).toMatch(/^Removed 1 key /);
  expect(await redis.call('EXISTS', 'shop:product:42')).toBe(0);
}

const EXAMPLES: readonly (readonly [language: string, file: string, program: () => Promise<string>])[] = [
  ['python', 'store.py', systemPython],
  ['php', 'store.php', () => Promise.resolve('php')],
  ['ruby', 'store.rb', () => Promise.resolve('ruby')],
  ['js', 'store.mjs', () => Promise.resolve(process.execPath)],
];

test.each(EXAMPLES)('the example in %s tags what cachectl finds', async (language, file, program) => {
  const script = path.join(folder, file);
  await writeFile(script, blockOf(language));
  // Twice, as applications write: the second time the set has an expiry already.
  let begunAt = 0;
  for (let time = 0; time < 2; time++) {
    begunAt = await serverTime();
    await run(await program(), [script], { env: { ...process.env, REDIS_URL: redis.url } });
  }
  await expectTagged(begunAt);
});

test('so do the plain commands', async () => {
  const begunAt = await serverTime();
  for (const tag of ['products', 'product:42']) {
    const lines = blockOf('redis').replaceAll('tag:products', `tag:${tag}`).trim().split('\n');
    let now = 0;
    for (const line of lines) {
      // The value is written once, and its tags after it.
      if (line.startsWith('SET') && tag !== 'products') continue;
      if (line === 'MULTI') now = await serverTime();
      const [name = '', ...args] = line
        .replaceAll('NOW+300000', String(now + 300_000))
        .replaceAll('NOW', String(now))
        .split(' ');
      await redis.call(name, ...args);
    }
  }
  await expectTagged(begunAt);
});

test('and the script', async () => {
  const begunAt = await serverTime();
  await redis.call('SET', 'shop:product:42', '{"id":42}', 'PX', 300_000);
  for (const tag of ['products', 'product:42']) {
    await redis.call('EVAL', blockOf('lua'), 1, `shop:cachectl:tag:${tag}`, 300_000, 'shop:product:42');
  }
  await expectTagged(begunAt);
});
