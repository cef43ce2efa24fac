import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readJson } from '../../src/values/serialization/json-reader.ts';
import { writePhp } from '../../src/values/serialization/php-writer.ts';
import { writePickle } from '../../src/values/serialization/pickle-writer.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runMain, type RunOptions, type RunResult } from '../support/run-main.ts';

const PICKLE = writePickle(readJson('{"id":42,"name":"Zoë","big":12345678901234567890,"rate":1.0}'));
const ZLIB = deflateSync(PICKLE);
let redis: TestRedis;
let folder: string;

beforeAll(async () => {
  redis = await startTestRedis();
  folder = await mkdtemp(path.join(tmpdir(), 'cachectl-values-'));
  await redis.call('SET', 'page', ZLIB);
  await redis.call('SET', 'long', deflateSync(writePickle(readJson(JSON.stringify('x'.repeat(100_000))))));
  await redis.call('HSET', 'hash', 'php', writePhp(readJson('{"a":[1,null]}')), 'zlib', ZLIB);
  await redis.call('SET', 'cut', ZLIB.subarray(0, 50));
});
afterAll(async () => {
  await redis.stop();
  await rm(folder, { recursive: true });
});

const inspect = (args: readonly string[], options: RunOptions = {}): Promise<RunResult> =>
  runMain(['inspect', '--url', redis.url, ...args], options);

async function valueOf(args: readonly string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await inspect(['--json', ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return (JSON.parse(stdout) as { keys: { value: Record<string, unknown> }[] }).keys[0]?.value ?? {};
}

test('shows the chain and the value, found by itself', async () => {
  const { stdout } = await inspect(['page']);
  expect(stdout.slice(stdout.indexOf('format'))).toBe(`format    zlib → pickle
value
  {
    "id": 42,
    "name": "Zoë",
    "big": 12345678901234567890,
    "rate": 1.0
  }
`);
  expect(await valueOf(['page'])).toEqual({
    encoding: 'tree',
    data: { id: 42, name: 'Zoë', big: { $integer: '12345678901234567890' }, rate: 1 },
    truncated: false,
    total_bytes: ZLIB.length,
    chain: ['zlib', 'pickle'],
  });
});

test('decodes the fields of a hash in the same way', async () => {
  const { stdout } = await inspect(['hash']);
  const lines = stdout.slice(stdout.indexOf('value\n')).trimEnd().split('\n').slice(2).sort();
  expect(lines).toEqual([
    '  php    {"a": [1, null]}',
    '  zlib   {"id": 42, "name": "Zoë", "big": 12345678901234567890, "rate": 1.0}',
  ]);
});

test('--decode forces a chain, and none shows the bytes', async () => {
  expect(await valueOf(['page', '--decode', 'zlib,pickle'])).toMatchObject({ chain: ['zlib', 'pickle'] });
  expect(await valueOf(['page', '--decode', 'zlib'])).toMatchObject({
    encoding: 'base64',
    data: PICKLE.toString('base64'),
    chain: ['zlib'],
  });
  expect(await valueOf(['page', '--decode', 'none'])).toMatchObject({
    encoding: 'base64',
    data: ZLIB.toString('base64'),
    chain: [],
  });
  const wrong = await inspect(['page', '--decode', 'gzip']);
  expect(wrong.stdout).toContain('warning   gzip: incorrect header check\n');
  const unknown = await inspect(['page', '--decode', 'pickel']);
  expect(unknown).toMatchObject({ code: 2, stdout: '' });
  expect(unknown.stderr).toContain('error: --decode does not know "pickel"');
});

test('reads the whole value to decode it, and cuts only what is shown', async () => {
  const { stdout } = await inspect(['long', '--max-bytes', '10']);
  expect(stdout).toContain('format    zlib → pickle\n');
  expect(stdout).toContain('value\n  xxxxxxxxxx\n  … cut after 10 bytes (--max-bytes)\n');
  expect(await valueOf(['long', '--max-bytes', '16'])).toMatchObject({ truncated: true });
  const limited = await inspect(['long', '--max-decode', '1KB']);
  expect(limited.stdout).toContain('warning   zlib: more than 1024 bytes when decompressed\n');
});

test('a damaged value is shown as far as it can be read, with a warning', async () => {
  const { code, stdout } = await inspect(['cut']);
  expect(code).toBe(0);
  expect(stdout).toContain('format    zlib → pickle\nwarning   zlib: ends too early\n');
  expect(stdout).toContain('"id": 42');
});

test('--raw-value --to writes exactly the stored bytes', async () => {
  const { code, stdout, stderr } = await inspect(['page', '--raw-value', '--to', 'out.bin'], { cwd: folder });
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: '',
    stderr: `${ZLIB.length} bytes written to out.bin\n`,
  });
  expect(await readFile(path.join(folder, 'out.bin'))).toEqual(ZLIB);
});

test('--raw-value writes to stdout and nothing else', async () => {
  await redis.call('SET', 'text', 'no line feed');
  expect(await inspect(['text', '--raw-value'])).toEqual({ code: 0, stdout: 'no line feed', stderr: '' });
});

test('--raw-value of what has no bytes of its own is no success', async () => {
  expect(await inspect(['nobody', '--raw-value'])).toMatchObject({ code: 5, stdout: '' });
  const hash = await inspect(['hash', '--raw-value']);
  expect(hash).toMatchObject({ code: 5, stdout: '' });
  expect(hash.stderr).toContain('hash is a hash, and only a string has bytes of its own');
  expect((await inspect(['page', 'long', '--raw-value'])).code).toBe(2);
  expect((await inspect(['page', '--to', 'x'])).code).toBe(2);
  expect((await inspect(['page', '--raw-value', '--json'])).code).toBe(2);
});
