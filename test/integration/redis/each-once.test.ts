import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RedisCommand } from '../../../src/redis/types.ts';
import { startTwoPrimaries, type ClusterServer, type TestCluster } from '../../support/cluster.ts';
import { moveSlots } from '../../support/move-slots.ts';
import { runMain } from '../../support/run-main.ts';

/** So many that no server's table shrinks where the large slot goes: SCAN would give keys twice. */
const TAGS = 60;
const KEYS_OF_A_TAG = 100;
/** More than are asked for by slot. */
const LARGE = 11_000;

let cluster: TestCluster;
let first: ClusterServer;
let second: ClusterServer;
beforeAll(async () => {
  ({ cluster, first, second } = await startTwoPrimaries());
  const [node] = await cluster.client.primaries();
  const small = Array.from(
    { length: TAGS * KEYS_OF_A_TAG },
    (_, index) => `shop:v1:{tag${index % TAGS}}:${index}`,
  );
  const large = Array.from({ length: LARGE }, (_, index) => `shop:v2:{large}:${index}`);
  await node?.call('SET', 'cache_version:shop', 2);
  await node?.pipeline([...small, ...large].map((key): RedisCommand => ['SET', key, 'x', 'EX', 1_000]));
}, 60_000);
afterAll(() => cluster.stop());

/** Slots of the keys that are on a server. */
async function slotsOn({ node }: ClusterServer): Promise<readonly number[]> {
  const keys = (await node.call('KEYS', 'shop:v1:*')) as readonly Buffer[];
  const slots = await node.pipeline(keys.map((key) => ['CLUSTER', 'KEYSLOT', key] as const));
  return [...new Set(slots.map(Number))];
}

/** Walks all keys in small steps, moves slots after the first one, and gives the names as they came. */
async function walkWhile(move: () => Promise<void>): Promise<readonly string[]> {
  const names: string[] = [];
  const walk = cluster.client.walk({ count: 50, each: 'once' }, new AbortController().signal, ({ error }) => {
    throw error;
  });
  let moved = false;
  for await (const { keys } of walk) {
    names.push(...keys.map(String));
    if (!moved) await move();
    moved = true;
  }
  return names.sort();
}

test('gives every key once where slots move in both directions after the first step, and a large one with them', async () => {
  const [here, there] = [await slotsOn(first), await slotsOn(second)];
  const large = Number(await first.node.call('CLUSTER', 'KEYSLOT', 'shop:v2:{large}:0'));
  const [home, other] = large < 8_192 ? [first, second] : [second, first];
  const names = await walkWhile(async () => {
    await moveSlots(first, second, cluster.primaries, here.slice(0, 5));
    await moveSlots(second, first, cluster.primaries, there.slice(0, 5));
    await moveSlots(home, other, cluster.primaries, [large]);
  });
  expect(names).toHaveLength(TAGS * KEYS_OF_A_TAG + LARGE + 1);
  expect(names).toEqual(await cluster.keys());
}, 60_000);

test('gives every key once where slots have moved away and back behind its back', async () => {
  const here = (await slotsOn(first)).slice(0, 5);
  const names = await walkWhile(async () => {
    await moveSlots(first, second, cluster.primaries, here);
    await moveSlots(second, first, cluster.primaries, here);
  });
  expect(names).toEqual(await cluster.keys());
}, 60_000);

test('whoever counts counts every key once where a slot is half here and half there', async () => {
  const [slot = 0] = await slotsOn(first);
  await second.node.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', first.id);
  await first.node.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', second.id);
  const keys = (await first.node.call('CLUSTER', 'GETKEYSINSLOT', slot, 50)) as readonly Buffer[];
  await first.node.call('MIGRATE', '127.0.0.1', second.server.port, '', 0, 5_000, 'KEYS', ...keys);
  const all = await cluster.keys();
  const matching = TAGS * KEYS_OF_A_TAG;

  const report = async (...argv: readonly string[]): Promise<unknown> => {
    const run = await runMain([...argv, '--json', '--url', cluster.url]);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    return JSON.parse(run.stdout);
  };
  expect(await report('keys', '--count')).toMatchObject({ count: all.length });
  expect(await report('keys', '--count', '--pattern', 'shop:v1:*', '--ttl', '<1h')).toMatchObject({
    count: matching,
  });
  expect(await report('clear', '--pattern', 'shop:v1:*', '--dry-run')).toMatchObject({ matched: matching });
  expect(
    await report('clear', '--pattern', 'shop:v1:*', '--dry-run', '--max-keys', String(matching)),
  ).toMatchObject({
    matched: matching,
  });
  expect(await report('ttl', '--set', '1h', '--pattern', 'shop:v1:*', '--dry-run')).toMatchObject({
    matched: matching,
  });
  expect(await report('namespace', 'list', 'shop')).toMatchObject({
    namespaces: [
      {
        versions: [
          { version: 2, keys: LARGE },
          { version: 1, keys: matching },
        ],
      },
    ],
  });
  expect(await report('namespace', 'gc', 'shop', '--keep', '0', '--dry-run')).toMatchObject({
    matched: matching,
  });
  expect(await report('stats', '--by-prefix', '--depth', '2', '--only', 'keys')).toMatchObject({
    groups: [{ group: 'shop:v2', keys: LARGE }, { group: 'shop:v1', keys: matching }, { keys: 1 }],
  });
}, 60_000);
