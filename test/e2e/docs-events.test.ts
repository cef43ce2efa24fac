import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startShop } from '../../examples/shop/server.ts';
import { freePort } from '../../src/local-server/start-redis.ts';
import { readGuide } from '../support/guide.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runBinary, startBinary } from '../support/run-binary.ts';
import { shellWords } from '../support/shell-words.ts';
import { until } from '../support/until.ts';

const guide = readGuide('events.md');

let redis: TestRedis;
let shop: Awaited<ReturnType<typeof startShop>>;
let folder: string;
let env: Readonly<Record<string, string>>;
beforeAll(async () => {
  redis = await startTestRedis();
  shop = await startShop({ port: 0, latencyScale: 0.02 });
  folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
  const [spec = ''] = guide.blocks('yaml');
  await writeFile(path.join(folder, 'cachectl.yaml'), spec);
  env = { REDIS_URL: redis.url, ORIGIN_URL: shop.url };
});
afterAll(() => Promise.all([redis.stop(), shop.close(), rm(folder, { recursive: true })]));

async function run(line: string): Promise<string> {
  const [program, ...argv] = shellWords(line);
  expect(program).toBe('cachectl');
  const result = await runBinary(argv, { cwd: folder, env });
  expect(result).toMatchObject({ code: 0, stderr: expect.not.stringMatching(/error|warning/) as string });
  return result.stdout;
}

/** Lets a listener run while something is done, and stops it as a service manager does. */
async function listening(line: string, work: () => Promise<void>): Promise<string> {
  const [, ...argv] = shellWords(line);
  const child = startBinary(argv, { cwd: folder, env });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.resume();
  const closed = new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? -1)));
  try {
    await work();
  } finally {
    child.kill('SIGTERM');
  }
  expect(await closed).toBe(0);
  return stdout;
}

test('an event by hand does what its rule says', async () => {
  const [warm = '', dry = '', invalidate = '', ...more] = guide.lines('By hand');
  expect(more).toEqual([]);
  await run(warm);
  for (const key of ['product:7:reviews', 'products_list_a', 'product:8:reviews'])
    await redis.call('SET', key, 'x');
  expect(await run(dry)).toBe(`product.updated would run:
  cachectl clear --pattern "product:7:*" --pattern "products_list_*" --tag product:7
  cachectl warm --scope products --where "id == 7" --force
`);
  expect(await run(invalidate)).toMatch(/^Done: 2 actions for product.updated .*\n(.*\n)*.*3 keys removed/);
  expect(await redis.call('EXISTS', 'product:7:reviews', 'products_list_a')).toBe(0);
  expect(await redis.call('EXISTS', 'product:7', 'product:8:reviews')).toBe(2);
});

test('a deploy is a rule and the budgets', async () => {
  const [deploy = '', ...more] = guide.lines('In a deploy');
  expect(more).toEqual([]);
  expect(await run(deploy)).toMatch(/^Done: 2 actions for release [\s\S]*pass +keys_without_ttl <= 5/);
});

test('events are carried out as they come in, from the stream and over HTTP', async () => {
  const [stream = '', list = '', replay = '', http = '', curl = '', ...more] =
    guide.lines('As events come in');
  expect(more).toEqual([]);
  const forms = [...guide.text.matchAll(/^XADD cache:events \* (event .*)$/gm)].map(([, fields = '']) =>
    shellWords(fields),
  );
  expect(forms).toHaveLength(2);
  const said = await listening(stream, async () => {
    for (const fields of forms) {
      await redis.call('SET', 'products_list_a', 'x');
      await redis.call('XADD', 'cache:events', '*', ...fields);
      await until(async () => (await redis.call('EXISTS', 'products_list_a')) === 0);
    }
    await until(
      async () => ((await redis.call('XPENDING', 'cache:events', 'cachectl')) as [number])[0] === 0,
    );
  });
  expect(said).toMatch(/^done product.updated in /);
  expect(await run(list)).toBe('Nothing was set aside in cache:events:dead on default\n');
  expect(await run(replay)).toBe('Nothing to put back on default\n');
  // The port of the page may be taken here.
  const place = `127.0.0.1:${await freePort()}`;
  const [, , body = '', url = ''] = shellWords(curl);
  await listening(http.replace('127.0.0.1:9410', place), async () => {
    await redis.call('SET', 'products_list_b', 'x');
    const send = () => fetch(url.replace('127.0.0.1:9410', place), { method: 'POST', body });
    await until(() =>
      send().then(
        ({ status }) => status === 202,
        () => false,
      ),
    );
    await until(async () => (await redis.call('EXISTS', 'products_list_b')) === 0);
  });
});

test('what is cached is compared with what is true, and mended', async () => {
  const [look = '', gate = '', fix = '', ...more] = guide.lines('Is what');
  expect(more).toEqual([]);
  expect(await run(look)).toMatch(/^0 of 20 cached entries stale \(0\.0%\)/);
  expect(await run(gate)).toMatch(/pass +stale <= 1%/);
  await redis.call('SET', 'product:3', '{"id": 3, "name": "wrong"}', 'EX', 600);
  expect(await run(fix)).toMatch(/^1 of 20 cached entries stale[\s\S]*1 entry warmed again, 0 failed/);
  expect(await run(look)).toMatch(/^0 of 20/);
});
