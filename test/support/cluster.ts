import { freePort, startRedis, type PrivateRedis } from '../../src/local-server/start-redis.ts';
import { parseInfo } from '../../src/redis/info.ts';
import type { RedisClient, RedisNode } from '../../src/redis/types.ts';
import { connectTo, serverPath } from './redis.ts';
import { until } from './until.ts';

/** One server of a test cluster, with a direct connection that follows nothing. */
export interface ClusterServer {
  readonly server: PrivateRedis;
  readonly address: string;
  readonly id: string;
  readonly node: RedisNode;
}

/** A cluster of the test's own; each primary has as many replicas as was asked for. */
export interface TestCluster {
  /** `redis+cluster://...` with every primary as a seed. */
  readonly url: string;
  readonly primaries: readonly ClusterServer[];
  readonly replicas: readonly ClusterServer[];
  readonly client: RedisClient;
  /** All keys of all primaries that still answer, sorted. */
  readonly keys: () => Promise<readonly string[]>;
  /** Waits until the replicas have everything that was written up to now. */
  readonly replicated: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const SLOTS = 16_384;

/** What a cluster of a test is to be. */
export interface ClusterShape {
  readonly primaries?: number;
  /** Of each primary. */
  readonly replicas?: number;
  /** Further arguments for each server. */
  readonly args?: readonly string[];
  /**
   * The silence after which a node is taken for dead. On a busy machine a server is silent for a while, and lives:
   * only who kills one wants that to be short.
   */
  readonly nodeTimeoutMs?: number;
}

/** Builds a cluster by hand, as redis-cli --cluster create does, and waits until all of it agrees. */
export async function startTestCluster(shape: ClusterShape = {}): Promise<TestCluster> {
  const { primaries: count = 3, replicas: replicasEach = 0, args = [], nodeTimeoutMs = 5_000 } = shape;
  const servers = await Promise.all(
    Array.from({ length: count * (1 + replicasEach) }, () => startNode(nodeTimeoutMs, args)),
  );
  const primaries = servers.slice(0, count);
  const replicas = servers.slice(count);
  for (const [index, { node }] of primaries.entries()) {
    await node.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
    const first = Math.floor((index * SLOTS) / count);
    const last = Math.floor(((index + 1) * SLOTS) / count) - 1;
    await node.call('CLUSTER', 'ADDSLOTSRANGE', first, last);
  }
  const [seed] = primaries;
  if (seed === undefined) throw new Error('no primary');
  for (const { server, busPort } of servers.slice(1)) {
    await seed.node.call('CLUSTER', 'MEET', '127.0.0.1', server.port, busPort);
  }
  await until(async () =>
    (await everywhere(servers, 'cluster_known_nodes')).every((n) => n === String(servers.length)),
  );
  for (const [index, { node }] of replicas.entries()) {
    await node.call('CLUSTER', 'REPLICATE', primaries[index % count]?.id ?? '');
  }
  await until(async () => (await everywhere(servers, 'cluster_state')).every((state) => state === 'ok'));
  await until(async () => {
    const links = await Promise.all(replicas.map(({ node }) => node.call('INFO', 'replication')));
    return links.every((link) => String(link).includes('master_link_status:up'));
  });
  await until(async () => {
    const views = await Promise.all(servers.map(({ node }) => node.call('CLUSTER', 'SLOTS')));
    return views.every((view) => JSON.stringify(view).length > 0 && countNodes(view) === servers.length);
  });
  const url = `redis+cluster://${primaries.map(({ address }) => address).join(',')}`;
  const client = await connectTo(url);
  return {
    url,
    primaries,
    replicas,
    client,
    keys: async () => {
      const found = await Promise.all(
        servers.map(async ({ node }) => {
          const role = await node.call('ROLE').catch(() => []);
          if (!Array.isArray(role) || String(role[0]) !== 'master') return [];
          const reply = await node.call('KEYS', '*');
          return Array.isArray(reply) ? reply.map(String) : [];
        }),
      );
      return [...new Set(found.flat())].sort();
    },
    replicated: async () => {
      // Not WAIT, which looks at nothing but what its own connection wrote.
      const written = await Promise.all(primaries.map((server) => offsetOf(server, 'master_repl_offset')));
      await until(async () => {
        const received = await Promise.all(replicas.map((server) => offsetOf(server, 'slave_repl_offset')));
        return received.every((offset, index) => offset >= (written[index % count] ?? 0));
      });
    },
    stop: async () => {
      await client.close();
      await Promise.all(servers.map(({ server, close }) => close().then(server.stop)));
    },
  };
}

/** A cluster of two primaries, between which slots can move. */
export async function startTwoPrimaries(): Promise<{
  readonly cluster: TestCluster;
  readonly first: ClusterServer;
  readonly second: ClusterServer;
}> {
  const cluster = await startTestCluster({ primaries: 2 });
  const [first, second] = cluster.primaries;
  if (first === undefined || second === undefined) throw new Error('no primaries');
  return { cluster, first, second };
}

async function startNode(nodeTimeoutMs: number, args: readonly string[]) {
  let busPort = 0;
  const server = await startRedis(serverPath(), async () => {
    busPort = await freePort();
    return [
      ...['--cluster-enabled', 'yes', '--cluster-port', String(busPort)],
      ...['--cluster-node-timeout', String(nodeTimeoutMs), '--cluster-replica-validity-factor', '0'],
      ...['--repl-ping-replica-period', '1', '--repl-diskless-sync-delay', '0', ...args],
    ];
  });
  const direct = await connectDirectly(server.url);
  const id = String(await direct.node.call('CLUSTER', 'MYID'));
  return { server, busPort, address: `127.0.0.1:${server.port}`, id, node: direct.node, close: direct.close };
}

/** A cluster's node before it is in a cluster, or just by itself: connectTo would follow it to all of it. */
async function connectDirectly(
  url: string,
): Promise<{ readonly node: RedisNode; readonly close: () => Promise<void> }> {
  const { openConnection } = await import('../../src/redis/open-connection.ts');
  const { ioredisNode } = await import('../../src/redis/ioredis-node.ts');
  const port = Number(new URL(url).port);
  const connection = await openConnection(
    {
      place: { kind: 'tcp', address: { host: '127.0.0.1', port } },
      tls: undefined,
      username: undefined,
      password: undefined,
      database: 0,
      protocol: 3,
      clientName: 'test',
      connectTimeoutMs: 5_000,
      readOnly: true,
    },
    new AbortController().signal,
  );
  const log = { say: () => undefined, roundTrip: () => undefined, summarize: () => undefined };
  const { signal } = new AbortController();
  const node = ioredisNode(connection, `127.0.0.1:${port}`, { timeoutMs: 10_000, signal, log });
  return { node, close: () => Promise.resolve(connection.disconnect()) };
}

/** How far a server has written or received what is replicated, in bytes. */
async function offsetOf({ node }: ClusterServer, field: string): Promise<number> {
  const info = parseInfo(String(await node.call('INFO', 'replication')));
  return Number(info.get(field) ?? -1);
}

async function everywhere(
  servers: readonly { readonly node: RedisNode }[],
  field: string,
): Promise<readonly string[]> {
  const infos = await Promise.all(servers.map(({ node }) => node.call('CLUSTER', 'INFO')));
  return infos.map((info) => new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(String(info))?.[1] ?? '');
}

function countNodes(slots: unknown): number {
  const ports = new Set<number>();
  for (const entry of Array.isArray(slots) ? (slots as unknown[][]) : []) {
    for (const node of entry.slice(2)) if (Array.isArray(node)) ports.add(Number(node[1]));
  }
  return ports.size;
}
