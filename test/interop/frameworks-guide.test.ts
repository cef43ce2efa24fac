import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startDjango, type DjangoApp } from '../support/django.ts';
import { json, startOrigin, type TestOrigin } from '../support/http-origin.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runMain } from '../support/run-main.ts';
import { createSpecFolder, type SpecFolder } from '../support/spec-folder.ts';

const guide = readFileSync(new URL('../../docs/frameworks.md', import.meta.url), 'utf8');
const SECTION = /```yaml\n([^`]+)```(?:(?!```)[\s\S])*?<!-- run: (\w+) -->\n```sh\n([^`]+)\n```/g;
const ORIGIN = 'http://127.0.0.1:8000';
const sections = [...guide.matchAll(SECTION)].map(([, yaml = '', name = '', lines = '']) => ({
  name,
  yaml,
  // What a line does stands behind it.
  lines: lines.split('\n').map((line) => line.replace(/\s+# .*$/, '')),
}));

let redis: TestRedis;
let app: DjangoApp;
let folder: SpecFolder;
let origin: TestOrigin;
beforeAll(async () => {
  redis = await startTestRedis();
  app = await startDjango(redis.url);
  origin = await startOrigin({
    '/api/user': json({ name: 'Zoë' }),
    // An application that fills its own cache, in the form of the section's framework.
    '/home': (_request, response) =>
      void Promise.all(CACHED_HOME.map((key) => redis.call('SET', key, 'page', 'EX', 60))).then(() =>
        response.end('page'),
      ),
  });
  folder = await createSpecFolder();
});
afterAll(async () => {
  await app.stop();
  await origin.stop();
  await redis.stop();
  await folder.remove();
});

const set = async (...keys: readonly string[]): Promise<void> => {
  for (const key of keys) await redis.call('SET', key, 'value');
};

/** What the pages of each framework are called in Redis. */
const CACHED_HOME = [
  ...['shop:views/products/index:0f/home', 'laravel-database-laravel-cache-page:home', 'shop:pages::home'],
  ...['app:page.home', 'wp:posts:42', 'shop::page:home'],
];

/** What each section's lines find; the physical keys are as the framework's documentation has them. */
const SEEDS: Readonly<Record<string, () => Promise<void>>> = {
  django: async () => {
    await app.get('/products/', { 'X-Tenant': 'acme', 'Accept-Encoding': 'identity' });
    await app.get('/product/5/');
    await app.get('/fill/');
    // The fragments and sessions of the example are in its default cache, and the section is about another.
    await set('shop:2:template.cache.sidebar.4e39d47d49108c34506f453070220b0c');
    await set('shop:2:django.contrib.sessions.cache7hk2xzkq0p5m9r3t1v8w6y4b2n0c5d1f');
  },
  rails: () =>
    set('shop:user/42', 'shop:user/1/a=1', 'shop:views/products/index:0f/products/1', 'shop:products/v1/5'),
  laravel: async () => {
    const prefix = 'laravel-database-laravel-cache-';
    await set(`${prefix}page:home`, `${prefix}fragment:sidebar`, `${prefix}a:1`, `${prefix}products:v1:5`);
    await redis.call('ZADD', `${prefix}tag:news:entries`, -1, 'a:1');
  },
  spring: () => set('shop:fragments::sidebar', 'shop:pages::home', 'shop:products-v1::5'),
  symfony: async () => {
    await set('app:page.home', 'app:fragment.sidebar', 'app:a', 'app:products.v1.5');
    await redis.call('SADD', 'app:\0tags\0news', 'app:a');
  },
  wordpress: () => set('wp:posts:42', 'wp:transient:sidebar', 'wp:options:alloptions', 'wp:products-v1:5'),
  keyv: () => set('shop::page:home', 'shop::fragment:sidebar', 'shop::products:v1:5'),
};

/** The words of a line as a shell would split it. */
function words(line: string): readonly string[] {
  return [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, plain]) => single ?? double ?? plain ?? '',
  );
}

test('the guide has a section for each framework', () => {
  expect(sections.map(({ name }) => name)).toEqual(Object.keys(SEEDS));
});

/** What proves that a line has done what it is there for, in its report. */
const PROOFS: Readonly<Record<string, (report: Readonly<Record<string, unknown>>) => boolean>> = {
  clear: ({ removed }) => Number(removed) > 0,
  warm: ({ stored, verified, failed }) => Number(stored) + Number(verified) > 0 && failed === 0,
  inspect: ({ keys }) => Array.isArray(keys) && keys.length > 0,
  namespace: ({ schema }) => schema === 'cachectl/namespace-bump/v1',
};

test('every section clears a page and a fragment, bumps a version, and warms and proves', () => {
  for (const { name, lines } of sections) {
    const text = lines.join('\n');
    expect(text, name).toMatch(/^cachectl clear .*\ncachectl clear /);
    expect(text, name).toContain('cachectl namespace bump products');
    expect(text, name).toContain('cachectl warm --scope pages --certify');
  }
});

describe.each(sections)('the section $name', ({ name, yaml, lines }) => {
  const here = (text: string): string => text.replaceAll(ORIGIN, name === 'django' ? app.url : origin.url);
  beforeEach(async () => {
    await redis.call('FLUSHALL');
    await SEEDS[name]?.();
    await folder.write(here(`version: 1\n${yaml}`));
  });

  test.each(lines)('%s', async (line) => {
    const [program, ...argv] = words(here(line));
    expect(program).toBe('cachectl');
    // A browser sends more headers than the line names; the page varies by one of them.
    const sent = line.includes('--header') ? ['--header', 'Accept-Encoding: identity'] : [];
    const run = await runMain([...argv, ...sent, '--json'], {
      cwd: folder.folder,
      env: { REDIS_URL: redis.url },
    });
    expect(run.code, run.stderr + run.stdout).toBe(0);
    const proof = PROOFS[argv[0] ?? ''];
    expect(proof?.(JSON.parse(run.stdout) as Readonly<Record<string, unknown>>), run.stdout).toBe(true);
  });
});
