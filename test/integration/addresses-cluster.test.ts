import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startTestCluster, type TestCluster } from '../support/cluster.ts';
import { runMain, type RunResult } from '../support/run-main.ts';

const ITEMS = Array.from({ length: 40 }, (_, index) => `item:${index}`);
const LARAVEL = ['--layout', 'laravel:redis_prefix=l-,cache_prefix=c-'];
const SYMFONY = ['--layout', 'symfony:namespace=app'];

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster.stop());

const call = async (...command: readonly [string, ...(string | number)[]]): Promise<unknown> => {
  const [share] = await cluster.client.nodesFor([Buffer.from(String(command[1]))]);
  return share?.node.call(...command);
};

const cachectl = async (...argv: readonly string[]): Promise<RunResult> => {
  const run = await runMain([...argv, '--url', cluster.url]);
  expect(run.code, run.stderr).toBe(0);
  return run;
};

beforeEach(async () => {
  for (const key of await cluster.keys()) await call('DEL', key);
  for (const item of ITEMS) {
    await call('SET', `l-c-${item}`, 'x', 'EX', 1_000);
    await call('ZADD', 'l-c-tag:news:entries', -1, item);
    await call('SET', `app:${item}`, 'x', 'EX', 1_000);
    await call('SADD', 'app:\u0001tags\u0001news', `app:${item}`);
  }
});

test('keys lists the items of a tag, whichever primary has them, and the list of them', async () => {
  const laravel = await cachectl('keys', '--laravel-tag', 'news', ...LARAVEL);
  expect(laravel.stdout.trim().split('\n').sort()).toEqual([...ITEMS, 'tag:news:entries'].sort());
  const symfony = await cachectl('keys', '--symfony-tag', 'news', '--count', ...SYMFONY);
  expect(symfony.stdout).toBe('41\n');
});

test('ttl changes the items of a tag and leaves their list alone', async () => {
  const run = await cachectl('ttl', '--laravel-tag', 'news', '--cap', '10m', '--json', ...LARAVEL);
  expect(JSON.parse(run.stdout)).toMatchObject({ matched: 40, changed: 40 });
  expect(await call('TTL', 'l-c-tag:news:entries')).toBe(-1);
  for (const item of ITEMS) expect(await call('TTL', `l-c-${item}`)).toBeLessThanOrEqual(600);
});

test('clear removes the items of a tag and at the end their list', async () => {
  const run = await cachectl('clear', '--symfony-tag', 'news', '--json', ...SYMFONY);
  expect(JSON.parse(run.stdout)).toMatchObject({ removed: 41 });
  expect((await cluster.keys()).filter((key) => key.startsWith('app:'))).toEqual([]);
});

test('inspect shows slot and node of every key, found or not', async () => {
  const names = [...ITEMS.slice(0, 5), 'nobody'];
  const run = await cachectl('inspect', ...names, '--json', ...SYMFONY);
  const { keys } = JSON.parse(run.stdout) as { keys: { key: string; slot: number; node: string }[] };
  expect(keys.map(({ key }) => key)).toEqual(names);
  for (const { key, slot, node } of keys) {
    expect(slot).toBe(await call('CLUSTER', 'KEYSLOT', `app:${key}`));
    const [share] = await cluster.client.nodesFor([Buffer.from(`app:${key}`)]);
    expect(node).toBe(share?.node.address);
  }
  const text = await cachectl('inspect', 'item:0', ...SYMFONY);
  expect(text.stdout).toMatch(/^slot +\d+\nnode +127\.0\.0\.1:\d+\nexists +yes$/m);
});
