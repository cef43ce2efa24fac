import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ensurePackages } from '../support/ensure-packages.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runMain, type RunResult } from '../support/run-main.ts';

let redis: TestRedis;
beforeAll(async () => {
  await ensurePackages([
    'ruby',
    'ruby-activesupport',
    'ruby-redis',
    'php-cli',
    'php-redis',
    'php-symfony-cache',
  ]);
  redis = await startTestRedis();
});
afterAll(() => redis.stop());
beforeEach(async () => {
  await redis.call('FLUSHALL');
});

const script = (name: string): string => fileURLToPath(new URL(`frameworks/${name}`, import.meta.url));

async function cachectl(...argv: readonly string[]): Promise<RunResult> {
  const run = await runMain([...argv, '--url', redis.url]);
  expect(run.code, run.stderr).toBe(0);
  return run;
}

describe('Rails', () => {
  const layout = ['--layout', 'rails:namespace=shop,long_keys=sha2'];
  beforeEach(() => {
    execFileSync('/usr/bin/ruby', [script('rails.rb'), redis.url, 'shop'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  });

  test('finds every key that it wrote under the name that cachectl computes', async () => {
    const written = await redis.keys();
    expect(written).toHaveLength(7);
    const computed: string[] = [];
    for (const key of ['user:42', 'glob [a-z]*?', 'k'.repeat(1_100), 'é'.repeat(600)]) {
      computed.push((await cachectl('key', 'for', key, ...layout, '--json')).stdout);
    }
    for (const json of [
      '["user", 1, {"a": 1}]',
      '["views", ["a", null, true], {"b": "x", "a": 2}]',
      '{"b": 2, "a": 1}',
    ]) {
      computed.push((await cachectl('key', 'for', '--rails-key', json, ...layout, '--json')).stdout);
    }
    // A key that was cut in the middle of a character is no text any more.
    const first = computed.map((stdout) => {
      const [key = {}] = (JSON.parse(stdout) as { readonly keys: readonly Partial<Record<string, string>>[] })
        .keys;
      return key['key'] ?? Buffer.from(key['key_base64'] ?? '', 'base64').toString();
    });
    expect(first.sort()).toEqual(written);
  });

  test('loses exactly the entry with a composite key, and a long one whatever release wrote it', async () => {
    const before = await redis.keys();
    await cachectl('clear', '--rails-key', '["user", 1, {"a": 1}]', ...layout);
    await cachectl('clear', 'k'.repeat(1_100), '--layout', 'rails:namespace=shop');
    const left = await redis.keys();
    expect(before.filter((key) => !left.includes(key)).map((key) => key.slice(0, 15))).toEqual([
      'shop:kkkkkkkkkk',
      'shop:user/1/a=1',
    ]);
  });

  test('is detected by the envelopes of its values', async () => {
    const run = await cachectl('layout', 'detect', '--json');
    expect(JSON.parse(run.stdout)).toMatchObject({ layout: { type: 'rails', namespace: 'shop' } });
  });
});

describe('Symfony', () => {
  beforeEach(() => {
    const [host = '', port = ''] = redis.url.replace('redis://', '').split(':');
    execFileSync('/usr/bin/php', [script('symfony.php'), host, port, 'app'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  });

  test('loses exactly the items with a tag, and the set of them', async () => {
    expect(await redis.keys()).toHaveLength(6);
    await cachectl('clear', '--symfony-tag', 'news', '--layout', 'symfony:namespace=app');
    expect(await redis.keys()).toEqual(['app:\0tags\0home', 'app:c', 'app:d']);
  });

  test('has its tagged values decoded, with their tags', async () => {
    const run = await cachectl('inspect', 'a', 'd', '--layout', 'symfony:namespace=app');
    expect(run.stdout).toMatch(/^format +symfony → (php|igbinary)\ntags +news, home$/m);
    expect(run.stdout.match(/^ {4}"name": "Zoë"$/gm)).toHaveLength(2);
  });

  test('is detected by its tag sets', async () => {
    const run = await cachectl('layout', 'detect', '--json');
    expect(JSON.parse(run.stdout)).toMatchObject({ layout: { type: 'symfony', namespace: 'app' } });
  });
});
