import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { answer, startOrigin, type TestOrigin } from '../../support/http-origin.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { runMain, type RunResult } from '../../support/run-main.ts';
import { createSpecFolder, type SpecFolder } from '../../support/spec-folder.ts';

let redis: TestRedis;
let origin: TestOrigin;
let spec: SpecFolder;

beforeAll(async () => {
  redis = await startTestRedis();
  origin = await startOrigin({
    '/a': answer('{"a":1}', { headers: { etag: '"v1"', 'last-modified': 'Sat, 01 Jan 2022 00:00:00 GMT' } }),
  });
  spec = await createSpecFolder();
  await spec.write(`version: 1
layout: { type: django, prefix: [shop, blog], version: 2 }
origin: { base_url: "${origin.url}" }
scopes: { s: { entries: [{ key: a, path: "/a?token=secret", tags: [news, home] }, { key: plain, path: /a, conditional: false }] } }
`);
});
afterAll(async () => {
  await redis.stop();
  await origin.stop();
  await spec.remove();
});

const cachectl = (...argv: readonly string[]): Promise<RunResult> =>
  runMain([...argv, '--url', redis.url], { cwd: spec.folder });

async function warmedOf(...argv: readonly string[]): Promise<unknown> {
  const { code, stdout } = await cachectl('inspect', '--json', ...argv);
  expect(code).toBe(0);
  return (JSON.parse(stdout) as { keys: { warmed: unknown }[] }).keys[0]?.warmed;
}

beforeEach(async () => {
  await redis.call('FLUSHALL');
  expect((await cachectl('warm', '-s', 's')).code).toBe(0);
});

test('tells where warm got an entry from, and when', async () => {
  const { stdout } = await cachectl('inspect', 'a');
  expect(stdout).toMatch(/^warmed from +http:\/\/127\.0\.0\.1:\d+\/a\?token=/m);
  expect(stdout).toMatch(/^fetched +(\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d, \d+(\.\d+)? m?s ago$/m);
  expect(stdout).toMatch(/^ETag +"v1"$/m);
  expect(stdout).toMatch(/^modified +Sat, 01 Jan 2022 00:00:00 GMT$/m);
  expect(stdout).not.toContain('secret');
  expect(stdout).not.toContain('warning');
  const warmed = {
    url: expect.stringContaining('/a?token=') as string,
    fetched_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
    etag: '"v1"',
    last_modified: 'Sat, 01 Jan 2022 00:00:00 GMT',
    changed_since: false,
  };
  expect(await warmedOf('a')).toEqual(warmed);
  expect(await warmedOf('--raw', 'shop:2:a')).toEqual(warmed);
});

test('shows the tags of a key, whoever gave them', async () => {
  await redis.call('SET', 'shop:2:b', 'x', 'EX', 100);
  expect((await cachectl('tags', 'add', 'b', 'vip')).code).toBe(0);
  const { stdout } = await cachectl('inspect', 'a', 'b');
  expect(stdout.match(/^tags .*$/gm)?.map((line) => line.replace(/ +/, ' '))).toEqual([
    'tags news, home',
    'tags vip',
  ]);
  const run = await cachectl('inspect', 'b', '--json');
  expect(JSON.parse(run.stdout)).toMatchObject({ keys: [{ tags: ['vip'], warmed: null }] });
});

test('says that something else has written the value since', async () => {
  await redis.call('SET', 'shop:2:a', 'of another length', 'KEEPTTL');
  expect(await warmedOf('a')).toMatchObject({ changed_since: true });
  expect((await cachectl('inspect', 'a')).stdout).toMatch(/^warning +something else has written the value/m);
});

test('has nothing to tell where nothing is kept, where the key is gone, and where the user may not look', async () => {
  expect(await warmedOf('plain')).toBeNull();
  await redis.call('DEL', 'shop:2:a');
  expect(await warmedOf('a')).toBeNull();
  expect((await cachectl('inspect', 'a')).stdout).not.toContain('warmed');
  await redis.call('SET', 'shop:2:a', '{"a":1}');
  await redis.call('ACL', 'SETUSER', 'reader', 'on', 'nopass', '~*', '+@all', '-hmget');
  const run = await runMain(['inspect', 'a', '--json'], {
    cwd: spec.folder,
    env: { CACHECTL_URL: redis.url.replace('redis://', 'redis://reader:x@') },
  });
  expect(run).toMatchObject({ code: 0, stderr: '' });
  expect(run.stdout).toContain('"warmed": null');
});
