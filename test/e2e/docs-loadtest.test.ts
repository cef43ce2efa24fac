import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startShop } from '../../examples/shop/server.ts';
import { openInChromium } from '../support/chromium.ts';
import { ensurePackages } from '../support/ensure-packages.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { makeScriptFolder, type ScriptFolder } from '../support/script-folder.ts';

type Shop = Awaited<ReturnType<typeof startShop>>;

const text = readFileSync(new URL('../../docs/loadtest.md', import.meta.url), 'utf8');
const spec = /<!-- spec -->\n+```yaml\n([^]*?)```/.exec(text)?.[1] ?? '';
const recipes = Array.from(text.matchAll(/```sh\n([^]*?)```/g), ([, script = '']) => script.trim());

let redis: TestRedis;
let shop: Shop;
/** Answers so late that a machine which stands still for a moment makes little difference. */
let slowShop: Shop;
let folder: ScriptFolder;
beforeAll(async () => {
  redis = await startTestRedis();
  shop = await startShop({ port: 0, latencyScale: 2 });
  slowShop = await startShop({ port: 0, latencyScale: 10 });
  folder = await makeScriptFolder();
  await folder.write('cachectl.yaml', spec);
});
// As long as it takes: it is installed where it is missing.
beforeAll(() => ensurePackages(['chromium']), 600_000);
beforeEach(() => redis.call('FLUSHALL'));
afterAll(async () => {
  await Promise.all([redis.stop(), shop.close(), slowShop.close(), folder.remove()]);
});

const run = (script: string) => {
  // One run is held to another there, whatever else the machine did meanwhile.
  const origin = script.includes('--baseline') ? slowShop : shop;
  return folder.run(script, { env: { REDIS_URL: redis.url, ORIGIN_URL: origin.url }, isStrict: true });
};

describe('the recipes of docs/loadtest.md', () => {
  test('are there', () => {
    expect(recipes.length).toBeGreaterThanOrEqual(9);
  });

  test.each(recipes)('%s', async (script) => {
    const { code, stdout, stderr } = await run(script);
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: expect.any(String) as string,
      stderr: expect.not.stringContaining('error') as string,
    });
    if (!script.includes('> load.js')) {
      expect(stdout).toMatch(/half of all requests took at most|from the cache|holds at [\d,]+\/s/);
    }
  });

  test.each([
    ['load over time', 'load.html', 'latency by percentile'],
    ['cold against warm', 'compare.html', 'Medians'],
  ])(
    'leave a page of %s that a browser opens without an error and without a request',
    async (_, name, heading) => {
      const page = await openInChromium(path.join(folder.path, name));
      try {
        expect(await page.evaluate('document.body.outerHTML')).toContain(heading);
        expect(Number(await page.evaluate("document.querySelectorAll('svg').length"))).toBeGreaterThan(0);
        expect(page.complaints).toEqual([]);
        expect(page.requests).toEqual([]);
      } finally {
        await page.close();
      }
    },
  );
});
