import { expect, onTestFinished, test } from 'vitest';
import type { RedisNode } from '../../../src/redis/types.ts';
import { startTestCluster } from '../../support/cluster.ts';
import { runMain } from '../../support/run-main.ts';
import { startTestSentinels } from '../../support/sentinel.ts';
import { until } from '../../support/until.ts';

/** Cuts a replica off for good: it goes on answering, and hears of nothing any more. */
async function cutOff(primary: Pick<RedisNode, 'call'>, replica: Pick<RedisNode, 'call'>): Promise<void> {
  await primary.call('ACL', 'SETUSER', 'default', '-psync', '-sync');
  await primary.call('CLIENT', 'KILL', 'TYPE', 'replica');
  await until(async () => /master_link_status:down/.test(String(await replica.call('INFO', 'replication'))));
}

const count = async (url: string) => {
  const { code, stdout, stderr } = await runMain([
    'keys',
    '--pattern',
    'user:*',
    '--url',
    url,
    '--read-from',
    'replica',
    '-v',
  ]);
  expect(code).toBe(0);
  return { keys: stdout.trimEnd().split('\n').sort(), stderr };
};

test('a replica of a cluster that has lost its primary is not read: the primary is', async () => {
  const cluster = await startTestCluster({ replicas: 1 });
  onTestFinished(() => cluster.stop());
  const { primaries, replicas, client } = cluster;
  const set = async (key: string): Promise<void> => {
    const [share] = await client.nodesFor([Buffer.from(key)]);
    await share?.node.call('SET', key, 'x');
  };
  for (let id = 0; id < 30; id++) await set(`user:${id}`);
  await cluster.replicated();
  const before = await count(cluster.url);
  expect(before.keys).toHaveLength(30);
  expect(before.stderr).not.toContain('no connection to its primary');
  const [primary] = primaries;
  const [replica] = replicas;
  if (primary === undefined || replica === undefined) throw new Error('no replica');
  await cutOff(primary.node, replica.node);
  for (let id = 30; id < 60; id++) await set(`user:${id}`);
  await until(async () => {
    const sizes = await Promise.all(replicas.slice(1).map(({ node }) => node.call('DBSIZE')));
    const written = await Promise.all(primaries.slice(1).map(({ node }) => node.call('DBSIZE')));
    return String(sizes) === String(written);
  });
  const after = await count(cluster.url);
  expect(after.keys).toHaveLength(60);
  expect(after.stderr.match(/no connection to its primary/g)).toHaveLength(1);
  expect(after.stderr).toContain(
    `the replica ${replica.address} has no connection to its primary and may not have its keys; ` +
      `reading from ${primary.address}\n`,
  );
});

test('a replica behind Sentinels that has lost its primary is not read: the primary is', async () => {
  const { primary, replica, url, stop } = await startTestSentinels();
  onTestFinished(stop);
  for (let id = 0; id < 30; id++) await primary.call('SET', `user:${id}`, 'x');
  await cutOff(primary, replica);
  await primary.call('SET', 'user:30', 'x');
  const passedOver =
    `the replica 127.0.0.1:${replica.port} has no connection to its primary and may not have its keys\n` +
    'no replica can be used; reading from the primary\n';
  // Sentinels that have only just heard of a replica take it for unreachable for a moment.
  await until(async () => {
    const { keys, stderr } = await count(url);
    expect(keys).toHaveLength(31);
    return stderr.includes(passedOver);
  });
});
