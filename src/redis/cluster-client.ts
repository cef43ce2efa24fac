import type { BulkChannel } from './bulk-channel.ts';
import { callThrough } from './call-through.ts';
import { ClusterRouter } from './cluster-router.ts';
import type { Shard } from './cluster-topology.ts';
import { ClusterWalker, type ClusterParts } from './cluster-walker.ts';
import { watchSlots } from './slot-watch.ts';
import type { ReadingNode, RedisClient, RedisNode, ServerPlace } from './types.ts';
import { formatAddress, type TcpAddress } from './url.ts';

/**
 * A client of a cluster.
 * @throws CachectlError where none of the seeds answers
 */
export async function clusterClient(parts: ClusterParts): Promise<RedisClient> {
  const router = new ClusterRouter(parts);
  await parts.opener.insist(() => router.refresh());
  // One for each address: who remembers something of a node, such as a connection for bulk work, finds it again.
  const nodes = new Map<string, ReadingNode>();
  const nodeAt = (address: TcpAddress): ReadingNode => {
    const name = formatAddress(address);
    const node = nodes.get(name) ?? newNode(address);
    nodes.set(name, node);
    return node;
  };
  const newNode = (address: TcpAddress): ReadingNode => {
    const pipeline: RedisNode['pipeline'] = (commands) => router.pipeline(address, commands);
    const bulk = (): Promise<BulkChannel> => parts.opener.openBulk({ kind: 'tcp', address }, 'data');
    return {
      address: formatAddress(address),
      multiKey: false,
      pipeline,
      call: callThrough(pipeline),
      sentAgain: () => router.sentAgain,
      bulk,
    };
  };
  const walker = new ClusterWalker(router, parts, nodeAt);
  const bulkReader = async (primary: TcpAddress): Promise<ReadingNode> => {
    const replica = parts.readFromReplicas ? await walker.replica(primary) : undefined;
    if (replica === undefined) return nodeAt(primary);
    const bulk = (): Promise<BulkChannel> =>
      parts.opener.openBulk({ kind: 'tcp', address: replica.address }, 'replica');
    return {
      ...nodeAt(primary),
      address: formatAddress(replica.address),
      replicaOf: formatAddress(primary),
      bulk,
    };
  };
  return {
    target: parts.target,
    kind: 'cluster',
    primaries: () => Promise.resolve(router.topology.shards.map(({ primary }) => nodeAt(primary))),
    readers: () => Promise.all(router.topology.shards.map(({ primary }) => bulkReader(primary))),
    watchSlots: () => watchSlots(router),
    servers: () => Promise.resolve(router.topology.shards.flatMap((shard) => serversOf(shard, router))),
    nodesFor: async (keys, use) => {
      const groups = new Map<string, { address: TcpAddress; indexes: number[] }>();
      for (const [index, key] of keys.entries()) {
        const address = router.ownerOf(key);
        if (address === undefined) continue;
        const name = formatAddress(address);
        const group = groups.get(name) ?? { address, indexes: [] };
        group.indexes.push(index);
        groups.set(name, group);
      }
      const reading = use?.reading === true && parts.readFromReplicas;
      return Promise.all(
        [...groups.values()].map(async ({ address, indexes }) => ({
          node: reading ? await walker.reader(address) : nodeAt(address),
          indexes,
        })),
      );
    },
    walk: (query, signal, onLost) => walker.walk(query, signal, onLost),
    sweep: (request, signal, onLost) => walker.sweep(request, signal, onLost),
    close: () => {
      router.close();
      return Promise.resolve();
    },
  };
}

function serversOf(shard: Shard, router: ClusterRouter): readonly ServerPlace[] {
  const place = (address: TcpAddress, role: ServerPlace['role']): ServerPlace => ({
    address: formatAddress(address),
    role,
    open: async () => ({
      node: await router.direct(address, role === 'replica' ? 'replica' : 'data'),
      // The router's own connection, which is closed with the client.
      close: () => undefined,
    }),
  });
  return [place(shard.primary, 'primary'), ...shard.replicas.map((address) => place(address, 'replica'))];
}
