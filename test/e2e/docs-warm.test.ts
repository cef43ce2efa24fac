import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startShop } from '../../examples/shop/server.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { makeScriptFolder, type ScriptFolder } from '../support/script-folder.ts';

type Shop = Awaited<ReturnType<typeof startShop>>;

const text = readFileSync(new URL('../../docs/warm.md', import.meta.url), 'utf8');
const head = /<!-- head -->\n```yaml\n([^]*?)```/.exec(text)?.[1] ?? '';
const recipes = Array.from(text.matchAll(/```yaml\n(scopes:[^]*?)```\s+```sh\n([^]*?)```/g), (match) => ({
  title: [...text.slice(0, match.index).matchAll(/^## (.*)$/gm)].at(-1)?.[1] ?? '',
  yaml: match[1] ?? '',
  script: match[2] ?? '',
}));

let redis: TestRedis;
let shop: Shop;
let folder: ScriptFolder;
beforeAll(async () => {
  redis = await startTestRedis();
  shop = await startShop({ port: 0, latencyScale: 0 });
  folder = await makeScriptFolder();
  // What the recipes take as given: a log of the shop's visitors.
  const hit = (target: string): string =>
    `10.0.0.1 - - [20/Nov/2026:19:53:47 +0000] "GET ${target} HTTP/1.1" 200 12 "-" "agent"\n`;
  const visits =
    hit('/api/products?page=2&utm=x').repeat(5) + hit('/api/features').repeat(3) + hit('/healthz');
  await folder.write('logs/access.log', visits);
  await folder.write('logs/access.log.1.gz', gzipSync(hit('/?lang=fr').repeat(2)));
});
afterAll(async () => {
  await Promise.all([redis.stop(), shop.close(), folder.remove()]);
});

/** ... and what the shop keeps in its cache. */
beforeEach(async () => {
  await redis.call('FLUSHALL');
  await redis.call('SADD', 'shop:users:active', '1', '2');
  await redis.call('ZADD', 'shop:products:popular', 1, '10', 9, '11', 5, '12');
  await redis.call('HSET', 'shop:slugs', 'a-lamp', '20', 'a-chair', '21');
  await redis.call('MSET', 'shop:session:5:web', 'x', 'shop:session:6:app', 'x');
});

describe('the recipes of docs/warm.md', () => {
  test('are one for each source at least', () => {
    expect(recipes).toHaveLength(9);
    for (const source of ['inline', 'range', 'file', 'http', 'redis', 'sitemap', 'access_log']) {
      expect(text).toContain(`from: ${source}`);
    }
  });

  test.each(recipes)('$title', async ({ yaml, script }) => {
    await folder.write('cachectl.yaml', head + yaml);
    const before = (await redis.keys()).length;
    const { code, stdout, stderr } = await folder.run(script, {
      env: { REDIS_URL: redis.url, ORIGIN_URL: shop.url },
      isStrict: true,
    });
    expect({ code, stderr, stdout }).toEqual({
      code: 0,
      stderr: expect.not.stringContaining('error') as string,
      stdout,
    });
    const warmed = (await redis.keys()).filter((key) => !key.includes('cachectl')).length - before;
    expect(warmed).toBeGreaterThan(0);
    const said = /(\d+) of (\d+) targets? (?:stored|warm)/.exec(stdout);
    expect(said?.[1], stdout).toBe(said?.[2]);
    expect(Number(said?.[1])).toBe(warmed);
    if (yaml.includes('access_log')) expect(stdout).toContain('3 targets cover 90.9 % of 11 logged requests');
    if (yaml.includes('depends_on')) {
      const keys = (await redis.keys()).filter((key) => key.startsWith('shop:product:'));
      expect(keys).toEqual(['1', '2', '5', '6'].map((id) => `shop:product:${id}`));
    }
  });
});
