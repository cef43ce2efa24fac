import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fillMixed } from '../../bench/fill-mixed.ts';
import { openInChromium, type SeenPage } from '../../support/chromium.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { runMain } from '../../support/run-main.ts';

let redis: TestRedis;
let folder: string;
let page: SeenPage;
beforeAll(async () => {
  redis = await startTestRedis();
  folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
  await fillMixed(redis, 0, 2_000);
  await redis.call('SET', '<script>alert(1)</script>:<img src=x onerror=alert(2)>', 'x'.repeat(20_000));
  const argv = ['analyze', '--url', redis.url, '--advise', '--idle', '--report', 'page.html'];
  expect(await runMain(argv, { cwd: folder })).toMatchObject({ code: 0, stderr: '' });
  page = await openInChromium(path.join(folder, 'page.html'));
  // As long as it takes: a browser that is missing is installed.
}, 600_000);
afterAll(async () => {
  await page.close();
  await redis.stop();
  await rm(folder, { recursive: true });
});

test('opens in a browser without a complaint and without asking the network for anything', async () => {
  expect(await page.evaluate('document.querySelector("h1").textContent')).toBe('cachectl analyze');
  expect(page.complaints).toEqual([]);
  expect(page.requests).toEqual([]);
});

test('has a map of the memory, whose areas can be seen and named, inside of its picture', async () => {
  const areas = await page.evaluate(`(() => {
    const map = document.querySelector('svg[aria-label="Memory by prefix"]');
    const frame = map.getBoundingClientRect();
    return [...map.querySelectorAll('g')].map((area) => {
      const box = area.querySelector('rect').getBoundingClientRect();
      return {
        name: area.querySelector('title').textContent,
        part: (box.width * box.height) / (frame.width * frame.height),
        inside: box.left >= frame.left - 1 && box.right <= frame.right + 1 &&
          box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1,
      };
    });
  })()`);
  const list = areas as readonly { readonly name: string; readonly part: number; readonly inside: boolean }[];
  expect(list.every(({ inside }) => inside)).toBe(true);
  const user = list.find(({ name }) => name.startsWith('user:{n}:dashboard: '));
  expect(user?.part).toBeGreaterThan(0.25);
  expect(list.some(({ name }) => name.startsWith('<script>alert({n})'))).toBe(true);
});

test('has the TTL histogram, the advice and every table, and nothing is wider than the window', async () => {
  expect(
    await page.evaluate(`document.querySelectorAll('svg[aria-label^="keys by"] rect.area-1').length`),
  ).toBeGreaterThan(2);
  const headings = await page.evaluate(
    '[...document.querySelectorAll("h2")].map((heading) => heading.textContent)',
  );
  expect(headings).toEqual(
    [
      'Memory by prefix',
      'Advice',
      'Keys by TTL',
      'Keys by idle time',
      'By pattern',
      'By type',
      'By TTL',
      'By idle time',
      'Biggest keys',
      'Longest collections',
    ].filter((title) => title !== 'Longest collections'),
  );
  expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
  expect(await page.evaluate('document.querySelectorAll("script, img, link, iframe").length')).toBe(0);
});

test('is dark where the reader wants it dark', async () => {
  const ground = 'getComputedStyle(document.body).backgroundColor';
  const light = await page.evaluate(ground);
  await page.goDark();
  expect(await page.evaluate(ground)).not.toBe(light);
  expect(page.complaints).toEqual([]);
});
