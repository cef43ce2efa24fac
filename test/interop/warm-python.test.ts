import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensurePackages, systemPython } from '../support/ensure-packages.ts';
import { answer, startOrigin, type TestOrigin } from '../support/http-origin.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runMain } from '../support/run-main.ts';
import { createSpecFolder, type SpecFolder } from '../support/spec-folder.ts';

/** Exact where JSON and Python mean the same: long integers, fractions, text of all planes, nothing, nesting. */
const DOCUMENT =
  '{"id":7,"big":9007199254740993,"low":-2147483649,"price":19.99,"tiny":1e-7,"none":null,"yes":true,' +
  '"name":"Zoë \\ud83d\\ude80 \\u0000","list":[1,[],{}],"empty":"","long":"' +
  'x'.repeat(2_000) +
  '"}';

const READ = `
import gzip, json, pickle, sys, zlib
want = json.loads(bytes.fromhex(sys.argv[1]))
unpack = {'plain': bytes, 'zlib': zlib.decompress, 'gzip': gzip.decompress}[sys.argv[2]]
found = pickle.loads(unpack(bytes.fromhex(sys.stdin.read())))
same = lambda a, b: type(a) is type(b) and (
    {k: same(v, b[k]) for k, v in a.items()} == {k: True for k in b} if isinstance(a, dict) else
    len(a) == len(b) and all(map(same, a, b)) if isinstance(a, list) else a == b)
print(same(found, want), list(found) == list(want))
`;

let redis: TestRedis;
let origin: TestOrigin;
let spec: SpecFolder;
let python: string;

beforeAll(async () => {
  await ensurePackages(['python3']);
  python = await systemPython();
  redis = await startTestRedis();
  spec = await createSpecFolder();
  origin = await startOrigin({
    '/doc': answer(DOCUMENT, { headers: { 'content-type': 'application/json' } }),
  });
});

afterAll(async () => {
  await origin.stop();
  await redis.stop();
  await spec.remove();
});

test.each([
  ['plain', ''],
  ['zlib', ', compress: zlib, compress_above: 1KB'],
  ['gzip', ', compress: gzip, compress_above: 1KB'],
])('what warm stores as a pickle, packed: %s, is the same data to Python', async (packing, compress) => {
  await spec.write(`version: 1
origin: { base_url: "${origin.url}" }
scopes: { s: { entries: [{ key: doc, path: /doc, value: json, serializer: pickle${compress} }] } }
`);
  const { code, stderr } = await runMain(['warm', '-s', 's', '--url', redis.url, '--force'], {
    cwd: spec.folder,
  });
  expect([code, stderr]).toEqual([0, '']);
  const stored = await redis.call('GET', 'doc');
  if (!Buffer.isBuffer(stored)) throw new Error('nothing was stored');
  const running = promisify(execFile)(python, ['-c', READ, Buffer.from(DOCUMENT).toString('hex'), packing]);
  running.child.stdin?.end(stored.toString('hex'));
  expect((await running).stdout).toBe('True True\n');
});
