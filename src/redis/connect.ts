import { CachectlError, UsageError } from '../cli/errors.ts';
import type { BulkChannel } from './bulk-channel.ts';
import { clusterClient } from './cluster-client.ts';
import type { ConnectionLog } from './connection-log.ts';
import { readPassword, type PasswordContext } from './credentials.ts';
import { followPrimary } from './follow-primary.ts';
import type { Place } from './open-connection.ts';
import { createOpener, type Opener, type Secrets } from './opener.ts';
import { describeTarget, type RedisOptions } from './options.ts';
import { resilientNode, type ResilientNode } from './resilient-node.ts';
import { askSentinels, openPrimary, openPrimaryBulk } from './sentinel.ts';
import { singleClient } from './single-client.ts';
import { loadTls } from './tls.ts';
import type { OpenNode, RedisClient, RedisNode, ServerPlace } from './types.ts';
import { formatAddress, type TcpAddress, type Topology } from './url.ts';

/** What opening a connection may use. */
export interface ConnectTools {
  readonly signal: AbortSignal;
  readonly log: ConnectionLog;
  /** For passwords that come from a file, a command or a person. */
  readonly secrets: PasswordContext;
  /** Milliseconds, never going back. */
  readonly now: () => number;
}

/**
 * Opens a connection, whatever the topology, and proves that it works: user, password and database
 * included. A plain address that turns out to be a cluster's node is followed to the whole cluster.
 * @throws CachectlError with one clear cause, after `options.retries` further attempts where it may pass;
 *   the signal's reason once it is aborted
 */
export async function connectRedis(options: RedisOptions, tools: ConnectTools): Promise<RedisClient> {
  const opener = createOpener(options, await readSecrets(options, tools), tools.signal, tools.log);
  const { topology } = options;
  switch (topology.kind) {
    case 'single':
      return connectSingle({ kind: 'tcp', address: topology.address }, opener, options, tools);
    case 'socket':
      return connectSingle({ kind: 'socket', path: topology.path }, opener, options, tools);
    case 'sentinel':
      return connectThroughSentinels(topology, opener, options, tools);
    case 'cluster':
      return connectCluster(topology.seeds, opener, options, tools);
  }
}

async function readSecrets(options: RedisOptions, tools: ConnectTools): Promise<Secrets> {
  return {
    password: await readPassword(options.password, tools.secrets),
    sentinelPassword: await readPassword(options.sentinelPassword, tools.secrets),
    tls: options.tls === undefined ? undefined : await loadTls(options.tls, tools.secrets.env),
  };
}

async function connectSingle(
  place: Place,
  opener: Opener,
  options: RedisOptions,
  tools: ConnectTools,
): Promise<RedisClient> {
  const { first, mode } = await opener.insist(async () => {
    const opened = await opener.open(place, 'data');
    return { first: opened, mode: await readMode(opened.node) };
  });
  if (mode === 'sentinel') {
    first.close();
    throw new UsageError(`${first.node.address} is a Sentinel, which holds no data`, {
      hint: `redis+sentinel://${first.node.address}/NAME asks it for the primary that it watches under that name`,
    });
  }
  if (place.kind === 'tcp' && mode === 'cluster') {
    first.close();
    tools.log.say(`${first.node.address} is a node of a cluster`);
    return connectCluster([place.address], opener, options, tools);
  }
  const bulk = (): Promise<BulkChannel> => opener.openBulk(place, 'data');
  const primary = resilientNode(first, () => opener.open(place, 'data'), {
    failsOver: false,
    signal: tools.signal,
    log: tools.log,
    bulk,
  });
  return singleClient({
    target: describeTarget(options),
    kind: 'single',
    primary,
    sweep: { open: bulk, failsOver: false, log: tools.log, now: tools.now },
    log: tools.log,
    replica: undefined,
    servers: () =>
      Promise.resolve([
        {
          address: first.node.address,
          role: 'primary',
          open: () => Promise.resolve({ node: primary.node, close: () => undefined }),
        },
      ]),
  });
}

/** HELLO tells the mode; servers before 6, and users who may not ask, are asked for INFO instead. */
async function readMode(node: RedisNode): Promise<string> {
  const [hello, info] = await node.pipeline([['HELLO'], ['INFO', 'cluster']]);
  if (Array.isArray(hello)) {
    const fields = (hello as readonly unknown[]).map(String);
    const mode = fields[fields.indexOf('mode') + 1];
    if (mode !== undefined) return mode;
  }
  return !(info instanceof CachectlError) && /cluster_enabled:1/.test(String(info))
    ? 'cluster'
    : 'standalone';
}

async function connectThroughSentinels(
  topology: Extract<Topology, { kind: 'sentinel' }>,
  opener: Opener,
  options: RedisOptions,
  tools: ConnectTools,
): Promise<RedisClient> {
  const { sentinels, primaryName } = topology;
  const open = (): Promise<OpenNode> => openPrimary(opener, sentinels, primaryName);
  const bulk = (): Promise<BulkChannel> => openPrimaryBulk(opener, sentinels, primaryName);
  const primary = resilientNode(await opener.insist(open), open, {
    failsOver: true,
    signal: tools.signal,
    log: tools.log,
    bulk,
  });
  const stopFollowing = followPrimary(primary, sentinels, { name: primaryName, opener, log: tools.log });
  return singleClient({
    target: describeTarget(options),
    kind: 'sentinel',
    onClose: stopFollowing,
    primary,
    log: tools.log,
    replica: options.readFrom === 'replica' ? await openReplica(topology, opener, tools) : undefined,
    servers: async () => {
      const watched = await askSentinels(opener, sentinels, primaryName);
      const place = (address: TcpAddress, role: ServerPlace['role']): ServerPlace => ({
        address: formatAddress(address),
        role,
        open: () => opener.open({ kind: 'tcp', address }, 'data'),
      });
      return [
        place(watched.primary, 'primary'),
        ...watched.replicas.map((address) => place(address, 'replica')),
        ...sentinels.map((address): ServerPlace => ({
          address: formatAddress(address),
          role: 'sentinel',
          open: () => opener.open({ kind: 'tcp', address }, 'sentinel'),
        })),
      ];
    },
  });
}

/** The first replica that answers; none is no failure, the primary has everything. */
async function openReplica(
  topology: Extract<Topology, { kind: 'sentinel' }>,
  opener: Opener,
  tools: ConnectTools,
): Promise<ResilientNode | undefined> {
  const { replicas } = await askSentinels(opener, topology.sentinels, topology.primaryName);
  for (const address of replicas) {
    try {
      const place = { kind: 'tcp', address } as const;
      const open = (): Promise<OpenNode> => opener.open(place, 'data');
      return resilientNode(await open(), open, {
        failsOver: false,
        signal: tools.signal,
        log: tools.log,
        bulk: () => opener.openBulk(place, 'data'),
      });
    } catch (error) {
      tools.log.say(`the replica ${formatAddress(address)} cannot be used: ${String(error)}`);
    }
  }
  tools.log.say('no replica can be used; reading from the primary');
  return undefined;
}

function connectCluster(
  seeds: readonly TcpAddress[],
  opener: Opener,
  options: RedisOptions,
  tools: ConnectTools,
): Promise<RedisClient> {
  return clusterClient({
    seeds,
    opener,
    translate: (address) => options.natMap.get(formatAddress(address)) ?? address,
    // A failover takes the cluster's node timeout, 15 s by default, and a moment more.
    patienceMs: options.commandTimeoutMs * 2,
    now: tools.now,
    signal: tools.signal,
    log: tools.log,
    target: describeTarget(options),
    readFromReplicas: options.readFrom === 'replica',
  });
}
