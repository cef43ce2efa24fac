import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { answer, startOrigin, type TestOrigin } from '../support/http-origin.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runMain, type RunOptions } from '../support/run-main.ts';
import { createSpecFolder, type SpecFolder } from '../support/spec-folder.ts';

let redis: TestRedis;
let origin: TestOrigin;
let front: TestOrigin;
let spec: SpecFolder;
beforeAll(async () => {
  redis = await startTestRedis();
  spec = await createSpecFolder();
  origin = await startOrigin({ '*': answer('new') });
  front = await startOrigin({ '/broken': answer('no', { status: 500 }), '*': answer('purged') });
  await spec.write(`version: 1
connections:
  default: { url: "${redis.url}" }
  production: { url: "${redis.url}", protected: true }
origin: { base_url: "${origin.url}" }
scopes:
  products:
    entries:
      - { key: "product:{id}", path: "/products/{id}", foreach: { from: range, start: 1, end: 5, as: id } }
invalidation:
  product.updated:
    clear: ["product:{id}", "products_list_*"]
    http: [{ method: PURGE, url: "${front.url}/product/{id}", headers: { X-Reason: "{reason}" } }]
    rewarm: { scope: products, where: "id == {id}" }
  broken: { clear: ["x:{id}"], http: [{ url: "${front.url}/broken" }], rewarm: { scope: products } }
  strict: { clear: ["x:{id}"], http: [{ url: "${front.url}/broken" }], rewarm: { scope: products }, on_failure: stop }
  everything: { clear: ["*"] }
  release: { bump: [pages] }
namespaces: { pages: {} }
budgets: ["keys_without_ttl <= 2"]
`);
});
afterAll(() => Promise.all([redis.stop(), origin.stop(), front.stop(), spec.remove()]));
beforeEach(async () => {
  await redis.call('FLUSHALL');
  front.reset();
  origin.reset();
});

const invalidate = (argv: readonly string[], options: RunOptions = {}) =>
  runMain(['invalidate', ...argv], { cwd: spec.folder, ...options });

async function report(argv: readonly string[], options?: RunOptions) {
  const run = await invalidate([...argv, '--json'], options);
  return { ...run, report: JSON.parse(run.stdout) as Record<string, unknown> };
}

describe('an event', () => {
  test('clears, purges and warms exactly what its rule says, in this order', async () => {
    for (const key of ['product:2', 'product:3', 'products_list_a', 'products_list_b', 'other'])
      await redis.call('SET', key, 'old');
    const run = await report(['product.updated', '--data', 'id=2', '--data', 'reason=sale']);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.report).toMatchObject({
      schema: 'cachectl/invalidate/v1',
      event: 'product.updated',
      dry_run: false,
      actions: [
        { kind: 'clear', status: 'done', result: '3 keys removed', report: { schema: 'cachectl/clear/v1' } },
        { kind: 'http', status: 'done', result: 'answered 200' },
        { kind: 'rewarm', status: 'done', result: '1 target warm', report: { schema: 'cachectl/warm/v1' } },
      ],
    });
    expect((await redis.keys()).filter((key) => !key.includes('cachectl'))).toEqual([
      'other',
      'product:2',
      'product:3',
    ]);
    expect(String(await redis.call('GET', 'product:2'))).toBe('new');
    expect(String(await redis.call('GET', 'product:3'))).toBe('old');
    expect(front.requests).toMatchObject([
      { method: 'PURGE', url: '/product/2', headers: { 'x-reason': 'sale' } },
    ]);
    expect(origin.requests).toHaveLength(1);
  });

  test('takes its values from stdin as JSON; what is typed goes before it', async () => {
    await redis.call('SET', 'product:3', 'old');
    const stdin = '{"id": 7, "reason": "x", "nested": {"a": 1}}';
    const run = await invalidate(['product.updated', '--data-from', '-', '--data', 'id=3'], { stdin });
    expect(run).toMatchObject({ code: 0 });
    expect(front.requests).toMatchObject([{ url: '/product/3' }]);
  });

  test('cannot reach by its values further than its rule says', async () => {
    for (const key of ['product:*', 'product:1']) await redis.call('SET', key, 'old');
    await invalidate(['product.updated', '--data', 'id=*', '--data', 'reason=x']);
    expect((await redis.keys()).filter((key) => !key.includes('cachectl'))).toEqual(['product:1']);
    expect(front.requests).toMatchObject([{ url: '/product/*' }]);
  });

  test('shows with --dry-run what it would do, and does nothing', async () => {
    await redis.call('SET', 'product:2', 'old');
    const run = await invalidate(['product.updated', '--data', 'id=2', '--data', 'reason=a b', '--dry-run']);
    expect(run).toEqual({
      code: 0,
      stderr: '',
      stdout: `product.updated would run:
  cachectl clear --pattern "products_list_*" product:2
  PURGE ${front.url}/product/2
  cachectl warm --scope products --where "id == 2" --force
`,
    });
    expect(await redis.keys()).toEqual(['product:2']);
    expect(front.requests).toEqual([]);
  });
});

test('raises versions, so that nothing that was cached under the old one is found any more', async () => {
  await redis.call('SET', 'cache_version:pages', '7');
  const run = await report(['release']);
  expect(run).toMatchObject({ code: 0, stderr: '' });
  expect(run.report).toMatchObject({
    actions: [{ kind: 'bump', status: 'done', result: 'pages is 8', line: 'cachectl namespace bump pages' }],
  });
  expect(String(await redis.call('GET', 'cache_version:pages'))).toBe('8');
});

describe('a failed action', () => {
  test('gives exit 5 and does not keep the others from being carried out', async () => {
    const run = await report(['broken', '--data', 'id=1']);
    expect(run.code).toBe(5);
    expect(run.report).toMatchObject({
      actions: [
        { kind: 'clear', status: 'done' },
        { kind: 'http', status: 'failed', error: { code: 'origin.status' } },
        { kind: 'rewarm', status: 'done' },
      ],
    });
    // Once, and twice again: a server error may pass.
    expect(front.requests).toHaveLength(3);
  });

  test('ends the rule where it says so', async () => {
    const run = await report(['strict', '--data', 'id=1']);
    expect(run.code).toBe(5);
    expect(run.report).toMatchObject({
      actions: [{ status: 'done' }, { status: 'failed' }, { status: 'skipped', result: 'not reached' }],
    });
    expect(origin.requests).toEqual([]);
  });
});

describe('bad input', () => {
  test.each([
    [
      ['product.updatd'],
      2,
      /there is no rule for the event "product.updatd"\n.*did you mean product.updated\?/,
    ],
    [['product.updated'], 2, /needs a value for \{id\}, \{reason\}, and nothing was done/],
    [['product.updated', '--data', 'id'], 2, /--data takes name=value/],
    [['product.updated', '--data-from', '/nowhere/x'], 2, /cannot be read/],
    [['everything'], 7, /this would invalidate everything/],
    [['product.updated', '--env', 'production', '--data', 'id=1', '--data', 'reason=x'], 7, /is protected/],
    [
      ['product.updated', '--url', 'redis://127.0.0.1:1', '--data', 'id=1', '--data', 'reason=x'],
      3,
      /refused/,
    ],
  ])('%j', async (argv, code, message) => {
    await redis.call('SET', 'product:1', 'old');
    const run = await invalidate(argv);
    expect(run.stderr).toMatch(message);
    expect(run.code).toBe(code);
    expect(await redis.keys()).toEqual(['product:1']);
    expect(front.requests).toEqual([]);
  });

  test('a protected connection is named once for all actions', async () => {
    const argv = ['product.updated', '--env', 'production', '--confirm', 'production', '--data', 'id=1'];
    expect(await invalidate([...argv, '--data', 'reason=x'])).toMatchObject({ code: 0 });
  });
});

test('a front that never answers is given up in time', async () => {
  const silent = await startOrigin({ '*': () => undefined });
  const other = await createSpecFolder();
  await other.write(`version: 1
connections: { default: { url: "${redis.url}" } }
invalidation: { hang: { http: [{ url: "${silent.url}/{id}", timeout: 1s }] } }
`);
  const run = await runMain(['invalidate', 'hang', '--data', 'id=1', '--json'], { cwd: other.folder });
  expect(run.code).toBe(5);
  expect(JSON.parse(run.stdout)).toMatchObject({
    actions: [{ status: 'failed', error: { code: 'origin.timeout' } }],
  });
  expect(silent.requests).toHaveLength(3);
  await Promise.all([silent.stop(), other.remove()]);
});

describe('a deploy', () => {
  async function deploy(...argv: readonly string[]) {
    const run = await runMain(['deploy', ...argv, '--json'], { cwd: spec.folder });
    return { ...run, report: JSON.parse(run.stdout) as Record<string, unknown> };
  }

  test('is a rule, then the budgets, as one report with one exit code', async () => {
    await redis.call('SET', 'cache_version:pages', '7');
    const good = await deploy('release');
    expect(good).toMatchObject({ code: 0, stderr: '' });
    expect(good.report).toMatchObject({
      schema: 'cachectl/deploy/v1',
      actions: [{ kind: 'bump', status: 'done' }],
      checks: { schema: 'cachectl/stats/v1', assertions: [{ pass: true }] },
    });
    await redis.call('SET', 'forever', 'x');
    const bad = await deploy('release');
    expect(bad.code).toBe(6);
    expect(bad.report).toMatchObject({
      actions: [{ status: 'done' }],
      checks: { assertions: [{ assertion: 'keys_without_ttl <= 2', measured: 3, pass: false }] },
    });
    expect((await deploy('release', '--no-check')).code).toBe(0);
  });

  test('that failed is told before a budget that does not hold', async () => {
    for (const key of ['a', 'b', 'c']) await redis.call('SET', key, 'x');
    const run = await deploy('strict', '--data', 'id=1');
    expect(run.code).toBe(5);
    expect(run.report).toMatchObject({ checks: { assertions: [{ pass: false }] } });
  });

  test('shows with --dry-run what it would run and check', async () => {
    const { stdout } = await runMain(['deploy', 'release', '--dry-run'], { cwd: spec.folder });
    expect(stdout).toBe('release would run:\n  cachectl namespace bump pages\n  cachectl stats --check\n');
  });
});
