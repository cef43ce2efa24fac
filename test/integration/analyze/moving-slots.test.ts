import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startTwoPrimaries, type ClusterServer, type TestCluster } from '../../support/cluster.ts';
import { moveSlots } from '../../support/move-slots.ts';
import { runMain } from '../../support/run-main.ts';
import { until } from '../../support/until.ts';
import { truthOf } from './truth.ts';

const TAGS = 40;
const KEYS_OF_A_TAG = 100;

let cluster: TestCluster;
let first: ClusterServer;
let second: ClusterServer;
beforeAll(async () => {
  ({ cluster, first, second } = await startTwoPrimaries());
  const [node] = await cluster.client.primaries();
  const commands = Array.from({ length: TAGS * KEYS_OF_A_TAG }, (_, index) => {
    const key = `user:{tag${index % TAGS}}:${index}`;
    return ['SET', key, 'x'.repeat(100)] as const;
  });
  await node?.pipeline(commands);
});
afterAll(() => cluster.stop());
beforeEach(async () => {
  for (const { node } of cluster.primaries) await node.call('CONFIG', 'RESETSTAT');
});

interface Report {
  readonly total: { readonly keys: number; readonly memory_bytes: number };
  readonly vanished: number;
  readonly keys_of_moved_slots: number;
}

async function analyze(...argv: readonly string[]): Promise<Report> {
  const run = await runMain(['analyze', '--json', '--samples', '0', '--url', cluster.url, ...argv]);
  expect(run).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(run.stdout) as Report;
}

/** Slots of the keys that are on a server. */
async function slotsOn({ node }: ClusterServer): Promise<readonly number[]> {
  const keys = (await node.call('KEYS', '*')) as readonly Buffer[];
  const slots = await node.pipeline(keys.map((key) => ['CLUSTER', 'KEYSLOT', key] as const));
  return [...new Set(slots.map(Number))];
}

/** How often servers answered that a key is elsewhere. */
async function redirects(): Promise<number> {
  const texts = await Promise.all(cluster.primaries.map(({ node }) => node.call('INFO', 'errorstats')));
  const counts = texts.flatMap((text) => [...String(text).matchAll(/errorstat_(?:MOVED|ASK):count=(\d+)/g)]);
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

test('counts every key once while slots move, those of a batch under way and those not yet reached', async () => {
  const [here, there] = [await slotsOn(first), await slotsOn(second)];
  // Slowly, so that there is a pause between what SCAN gives and what is asked about it.
  const running = analyze('--rate', '1000/s');
  const hasBegun = async (): Promise<boolean> => {
    const texts = await Promise.all(cluster.primaries.map(({ node }) => node.call('INFO', 'commandstats')));
    return texts.every((text) => /cmdstat_pttl:calls=\d{2}/.test(String(text)));
  };
  await until(hasBegun);
  await moveSlots(first, second, cluster.primaries, here.slice(0, 10));
  await moveSlots(second, first, cluster.primaries, there.slice(0, 10));
  const report = await running;
  expect(report).toMatchObject({ total: { keys: TAGS * KEYS_OF_A_TAG }, vanished: 0 });
  expect(report.keys_of_moved_slots).toBeGreaterThan(0);
  expect(await redirects()).toBeGreaterThan(0);
}, 60_000);

test('counts every key once where a slot is half here and half there all the time', async () => {
  const truth = await truthOf(cluster.primaries.map(({ node }) => node));
  const [slot = 0] = await slotsOn(first);
  await second.node.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', first.id);
  await first.node.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', second.id);
  const keys = (await first.node.call('CLUSTER', 'GETKEYSINSLOT', slot, 50)) as readonly Buffer[];
  await first.node.call('MIGRATE', '127.0.0.1', second.server.port, '', 0, 5_000, 'KEYS', ...keys);
  const report = await analyze();
  expect(report.total).toMatchObject({ keys: truth.total.keys, memory_bytes: truth.total.memory_bytes });
  expect(report.keys_of_moved_slots).toBe(50);
}, 60_000);
