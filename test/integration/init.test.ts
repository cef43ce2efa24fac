import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Ajv2020 from 'ajv/dist/2020.js';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startShop } from '../../examples/shop/server.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runMain } from '../support/run-main.ts';

let redis: TestRedis;
let shop: Awaited<ReturnType<typeof startShop>>;
let folder: string;
beforeAll(async () => {
  redis = await startTestRedis();
  shop = await startShop({ port: 0, latencyScale: 0.02 });
});
afterAll(() => Promise.all([redis.stop(), shop.close()]));
beforeEach(async () => {
  await redis.call('FLUSHALL');
  folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

const init = (...argv: readonly string[]) =>
  runMain(['init', '--no-input', '--url', redis.url, '--origin', shop.url, ...argv], { cwd: folder });
const written = (): Promise<string> => readFile(path.join(folder, 'cachectl.yaml'), 'utf8');
const isThere = (name: string): Promise<boolean> =>
  access(path.join(folder, name)).then(
    () => true,
    () => false,
  );

test('writes a file that warms at once, with a comment to everything and the schema for editors', async () => {
  expect(await init('--path', '/', '--path', '/api/features')).toMatchObject({ code: 0 });
  const text = await written();
  expect(text).toMatch(/^# yaml-language-server: \$schema=\.\/cachectl\.schema\.json\n/);
  expect(JSON.parse(await readFile(path.join(folder, 'cachectl.schema.json'), 'utf8'))).toHaveProperty(
    '$schema',
  );
  const warm = await runMain(['warm', '--scope', 'pages'], { cwd: folder });
  expect(warm).toMatchObject({ code: 0 });
  expect(await redis.entryKeys()).toEqual(['page:/', 'page:/api/features']);
});

test('reports as JSON what its schema describes', async () => {
  const schema = JSON.parse(
    await readFile(new URL('../../docs/schemas/init.v1.schema.json', import.meta.url), 'utf8'),
  ) as object;
  const isReport = new Ajv2020.default({ strict: false }).compile(schema);
  for (const argv of [
    ['--path', '/'],
    ['--sitemap', '/sitemap.xml', '--force', '--no-schema'],
  ]) {
    const report: unknown = JSON.parse((await init('--json', ...argv)).stdout);
    expect(isReport(report), JSON.stringify(isReport.errors)).toBe(true);
    // Nothing goes undescribed.
    expect(Object.keys(report as object).sort()).toEqual(
      Object.keys((schema as { properties: object }).properties).sort(),
    );
  }
});

test('finds the layout out from the keys that are there, and lets such an application fill its own cache', async () => {
  for (let i = 0; i < 20; i++)
    await redis.call('SET', `shop:2:template.cache.sidebar.${'0'.repeat(30)}${10 + i}`, 'x');
  expect(await init()).toMatchObject({ code: 0 });
  expect(await written()).toMatch(
    /it fits 20 of 20 keys.*\nlayout: \{ type: django, prefix: "shop", version: 2 \}\n/,
  );
  expect(await written()).toContain('mode: touch');
});

test('takes a sitemap or an access log for the first scope, and what it lists is warmed', async () => {
  expect(await init('--sitemap', '/sitemap.xml', '--limit', '5', '--mode', 'store')).toMatchObject({
    code: 0,
  });
  expect(await runMain(['warm', '--scope', 'pages'], { cwd: folder })).toMatchObject({ code: 0 });
  expect(await redis.entryKeys()).toHaveLength(5);
  const line = '10.0.0.1 - - [01/Jan/2026:00:00:00 +0000] "GET /api/stats HTTP/1.1" 200 10 "-" "-"\n';
  await writeFile(path.join(folder, 'access.log'), line.repeat(3));
  await redis.call('FLUSHALL');
  expect(await init('--access-log', 'access.log', '--force')).toMatchObject({ code: 0 });
  expect(await runMain(['warm', '--scope', 'pages'], { cwd: folder })).toMatchObject({ code: 0 });
  expect(await redis.entryKeys()).toEqual(['page:/api/stats']);
});

test('says before anything else where no file can be written', async () => {
  expect(await init('--config', 'no/such.yaml')).toEqual({
    code: 2,
    stdout: '',
    stderr: 'error: no/such.yaml cannot be written: its folder does not exist\n',
  });
});

test('never writes over a file that is there', async () => {
  await writeFile(path.join(folder, 'cachectl.yaml'), 'mine');
  const run = await init();
  expect(run).toEqual({
    code: 7,
    stdout: '',
    stderr:
      'error: cachectl.yaml is there already: nothing was written\n' +
      'hint: --force writes over it, --config FILE writes another one\n',
  });
  expect(await written()).toBe('mine');
  expect(await init('--config', 'other.yaml', '--no-schema')).toMatchObject({ code: 0 });
  expect([await isThere('other.yaml'), await isThere('cachectl.schema.json')]).toEqual([true, false]);
});

test('writes nothing where Redis or the application does not answer, unless told not to try', async () => {
  const nobody = ['--url', 'redis://127.0.0.1:1/0', '--connect-retries', '0'];
  const run = await runMain(['init', '--no-input', '--origin', shop.url, ...nobody], { cwd: folder });
  expect(run).toMatchObject({ code: 3, stderr: expect.stringContaining('refused') as string });
  const lonely = await runMain(['init', '--no-input', '--url', redis.url, '--origin', 'http://127.0.0.1:1'], {
    cwd: folder,
  });
  expect(lonely).toMatchObject({ code: 3 });
  expect(await isThere('cachectl.yaml')).toBe(false);
  const unchecked = await runMain(
    ['init', '--no-input', '--no-check', '--origin', 'http://127.0.0.1:1', ...nobody],
    { cwd: folder },
  );
  expect(unchecked).toMatchObject({ code: 0 });
});

test('never writes a password down', async () => {
  await redis.call('ACL', 'SETUSER', 'deploy', 'on', '>s3cret', '~*', '+@all');
  const url = redis.url.replace('redis://', 'redis://deploy:s3cret@');
  const run = await runMain(['init', '--no-input', '--url', url, '--origin', shop.url], { cwd: folder });
  expect(run).toMatchObject({ code: 0 });
  const text = await written();
  expect(text + run.stdout).not.toContain('s3cret');
  expect(text).toContain('username: "deploy"\n    password: "${CACHE_PASSWORD:?}"');
  const ping = await runMain(['ping'], { cwd: folder, env: { CACHE_PASSWORD: 's3cret' } });
  expect(ping.code).toBe(0);
});

test('writes what is valid for whatever is answered', async () => {
  const odd = ['/a{b}c', '/$x${HOME}', '/"quoted"', '/ä b'];
  expect(await init(...odd.flatMap((path) => ['--path', path]), '--scope-name', 'a:b#c"')).toMatchObject({
    code: 0,
  });
  expect(await runMain(['config', 'validate'], { cwd: folder })).toMatchObject({ code: 0 });
});

test.each([
  [['--path', '/', '--sitemap', '/s.xml'], '--path and --sitemap contradict each other'],
  [['--access-log', 'nowhere.log'], 'there is no such file'],
  [['--scope-name', 'a b'], 'a name without blanks'],
  [['--scope-name', 'all'], 'no scope can be called all'],
  [['--layout', 'djago'], 'djago'],
])('refuses %j', async (argv, message) => {
  expect(await init(...argv)).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining(message) as string,
  });
  expect(await isThere('cachectl.yaml')).toBe(false);
});
