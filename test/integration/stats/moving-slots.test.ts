import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RedisCommand } from '../../../src/redis/types.ts';
import { startTwoPrimaries, type ClusterServer, type TestCluster } from '../../support/cluster.ts';
import { moveSlots } from '../../support/move-slots.ts';
import { runMain } from '../../support/run-main.ts';
import { until } from '../../support/until.ts';

const USERS = 60_000;
const PAGES = 20_000;

let cluster: TestCluster;
let first: ClusterServer;
let second: ClusterServer;
beforeAll(async () => {
  ({ cluster, first, second } = await startTwoPrimaries());
  const [node] = await cluster.client.primaries();
  const names = [
    ...Array.from({ length: USERS }, (_, index) => `user:${index}`),
    ...Array.from({ length: PAGES }, (_, index) => `page:${index}`),
  ];
  for (let start = 0; start < names.length; start += 10_000) {
    const some = names.slice(start, start + 10_000);
    await node?.pipeline(some.map((name): RedisCommand => ['SET', name, 'x']));
  }
}, 60_000);
afterAll(() => cluster.stop());

interface Report {
  readonly groups: readonly { readonly group: string | null; readonly keys: number | null }[];
}

async function callsOf(command: string): Promise<readonly number[]> {
  const texts = await Promise.all(cluster.primaries.map(({ node }) => node.call('INFO', 'commandstats')));
  return texts.map((text) =>
    Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(String(text))?.[1] ?? 0),
  );
}

test('counts every key of every prefix once while slots move in the middle of the walk', async () => {
  for (const { node } of cluster.primaries) await node.call('CONFIG', 'RESETSTAT');
  let isOver = false;
  const running = runMain([
    'stats',
    '--by-prefix',
    '--only',
    'keys',
    '--json',
    '-v',
    '--url',
    cluster.url,
  ]).finally(() => (isOver = true));
  await until(async () => isOver || (await callsOf('pttl')).every((calls) => calls > 0));
  // As long as it counts: from both ends of both halves, so that what moves is ahead of the walk and behind it.
  let moved = 0;
  for (let step = 0; !isOver; step++, moved++) {
    await moveSlots(first, second, cluster.primaries, [step]);
    await moveSlots(second, first, cluster.primaries, [16_383 - step]);
  }
  const run = await running;
  expect(run.stderr).toMatch(/slots have moved: looking at \d+ of them again/);
  expect(run.code).toBe(0);
  expect(moved).toBeGreaterThan(0);
  const { groups } = JSON.parse(run.stdout) as Report;
  expect(groups.map(({ group, keys }) => ({ group, keys }))).toEqual([
    { group: 'user', keys: USERS },
    { group: 'page', keys: PAGES },
  ]);
}, 60_000);
