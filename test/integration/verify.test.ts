import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { answer, startOrigin, type TestOrigin } from '../support/http-origin.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runMain } from '../support/run-main.ts';
import { createSpecFolder, type SpecFolder } from '../support/spec-folder.ts';

let redis: TestRedis;
let origin: TestOrigin;
let spec: SpecFolder;
let generation = 1;
beforeAll(async () => {
  redis = await startTestRedis();
  spec = await createSpecFolder();
  const json = (request: { url?: string | undefined }) => {
    const id = (request.url ?? '').split('/').at(-1);
    return JSON.stringify({ id, price: id === '2' ? generation : 10, at: Math.random() });
  };
  origin = await startOrigin({
    '/broken/1': (request, response, number) =>
      answer('no', { status: generation === 1 ? 200 : 500 })(request, response, number),
    '/changing': (request, response, number) =>
      answer(String(generation), generation === 1 ? {} : { headers: { 'cache-control': 'no-store' } })(
        request,
        response,
        number,
      ),
    '*': (request, response, number) => answer(json(request))(request, response, number),
  });
  await spec.write(`version: 1
connections: { default: { url: "${redis.url}" } }
origin: { base_url: "${origin.url}" }
defaults: { retries: 0 }
scopes:
  products:
    entries:
      - key: "product:{id}"
        path: "/products/{id}"
        foreach: { from: range, start: 1, end: 5, as: id }
        compress: gzip
        ignore: [at]
  broken: { entries: [{ key: "broken", path: "/broken/1" }] }
  changing: { entries: [{ key: "changing", path: "/changing" }] }
  touched: { entries: [{ key: "t", path: "/t", mode: touch, expect_keys: ["product:1"] }] }
`);
});
afterAll(() => Promise.all([redis.stop(), origin.stop(), spec.remove()]));
beforeEach(async () => {
  await redis.call('FLUSHALL');
  generation = 1;
  await runMain(['warm', '--scope', 'products', '--scope', 'broken', '--scope', 'changing'], {
    cwd: spec.folder,
  });
  origin.reset();
});

async function verify(...argv: readonly string[]) {
  const run = await runMain(['verify', '--json', ...argv], { cwd: spec.folder });
  return { ...run, report: JSON.parse(run.stdout) as Record<string, unknown> };
}

describe('verify', () => {
  test('finds that what is cached is true, but for what is to be ignored', async () => {
    const run = await verify('--scope', 'products');
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.report).toMatchObject({
      schema: 'cachectl/verify/v1',
      same: 5,
      different: 0,
      stale_percent: 0,
      findings: [],
    });
  });

  test('tells what is stale, missing and undecodable, and asks the origin only for what is cached', async () => {
    generation = 2;
    await redis.call('DEL', 'product:3');
    await redis.call('SET', 'product:4', Buffer.from([0xff, 0x00, 0x80]));
    await redis.call('DEL', 'product:5');
    await redis.call('RPUSH', 'product:5', 'x');
    const { report, code } = await verify('--scope', 'products');
    expect(code).toBe(0);
    expect(report).toMatchObject({ same: 1, different: 1, missing: 1, undecodable: 2, stale_percent: 75 });
    expect(report['findings']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          key: 'product:2',
          kind: 'different',
          differences: [{ path: 'price', cached: '1', origin: '2' }],
        }),
        expect.objectContaining({ key: 'product:3', kind: 'missing' }),
        expect.objectContaining({ key: 'product:5', reason: 'its key holds no string' }),
      ]),
    );
    expect(origin.count('/products/3')).toBe(0);
    // Looked at twice before it counts.
    expect(origin.count('/products/2')).toBe(2);
  });

  test('warms again what is stale with --fix, and leaves the rest as it is', async () => {
    generation = 2;
    await redis.call('DEL', 'product:3');
    const before = String(await redis.call('GET', 'product:1'));
    const { report } = await verify('--scope', 'products', '--fix');
    expect(report).toMatchObject({ different: 1, fixed: { warm: 1, failed: 0 } });
    expect(String(await redis.call('GET', 'product:1'))).toBe(before);
    expect(await redis.call('EXISTS', 'product:3')).toBe(0);
    expect((await verify('--scope', 'products')).report).toMatchObject({ same: 4, different: 0, missing: 1 });
  });

  test('says why something was not warmed again', async () => {
    generation = 2;
    const run = await runMain(['verify', '--scope', 'changing', '--fix'], { cwd: spec.folder });
    expect(run.code).toBe(5);
    expect(run.stdout).toContain(
      '0 entries warmed again, 1 failed: the answer says Cache-Control: no-store\n',
    );
  });

  test('is a gate', async () => {
    generation = 2;
    const gate = ['--scope', 'products', '--assert', 'stale <= 10%', '--assert', 'missing == 0'];
    const run = await verify(...gate);
    expect(run.code).toBe(6);
    expect(run.report['assertions']).toMatchObject([
      { assertion: 'stale <= 10%', measured: 20, pass: false },
      { assertion: 'missing == 0', measured: 0, pass: true },
    ]);
    const junit = await runMain(['verify', '-o', 'junit', ...gate], { cwd: spec.folder });
    expect(junit.stdout).toContain('tests="2" failures="1"');
    const empty = await runMain(['verify', '-o', 'junit', '--scope', 'products'], { cwd: spec.folder });
    expect([empty.code, empty.stdout]).toEqual([2, '']);
    expect(empty.stderr).toContain('-o junit shows assertions, and there are none');
  });

  test('says that nothing could be compared, rather than that all is well', async () => {
    await redis.call('FLUSHALL');
    expect((await verify('--scope', 'products', '--assert', 'stale <= 1%')).code).toBe(6);
    const allowed = ['--assert', 'stale <= 1%', '--allow-no-data'];
    expect((await verify('--scope', 'products', ...allowed)).code).toBe(0);
  });

  test('counts what the origin cannot answer as failed, and what the application stores as skipped', async () => {
    generation = 2;
    const { code, report } = await verify('--scope', 'broken', '--scope', 'touched');
    expect(code).toBe(5);
    expect(report).toMatchObject({ failed: 1, skipped: 1, different: 0 });
  });

  test('shows a person what differs', async () => {
    generation = 2;
    const run = await runMain(['verify', '--scope', 'products'], { cwd: spec.folder });
    expect(run.stdout.replace(/in .*\n/, 'in TIME\n')).toBe(`1 of 5 cached entries stale (20.0%), in TIME
scope     same  different  missing  undecodable  failed  skipped  stale
products     4          1        0            0       0        0  20.0%
different  product:2
  price
    cached  1
    origin  2
`);
  });

  test.each([
    [['--scope', 'product'], /did you mean products\?/],
    [['--scope', 'products', '--assert', 'stael <= 1'], /did you mean stale\?/],
    [[], /no scope was named/],
  ])('refuses %j', async (argv, message) => {
    const run = await runMain(['verify', ...argv], { cwd: spec.folder });
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(message);
  });
});
