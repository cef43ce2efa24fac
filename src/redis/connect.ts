import { CachectlError, UsageError } from '../cli/errors.ts';
import type { BulkChannel } from './bulk-channel.ts';
import type { ConnectTools } from './connect-tools.ts';
import type { PasswordSource } from './credentials.ts';
import type { Place } from './place.ts';
import { createOpener, type Opener, type OpenSingle, type Secrets } from './opener.ts';
import { describeTarget, type RedisOptions } from './options.ts';
import { resilientNode } from './resilient-node.ts';
import { singleClient } from './single-client.ts';
import type { RedisClient, RedisReply } from './types.ts';
import { formatAddress, type TcpAddress } from './url.ts';

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
      return (await import('./connect-sentinel.ts')).connectThroughSentinels(
        topology,
        opener,
        options,
        tools,
      );
    case 'cluster':
      return connectCluster(topology.seeds, opener, options, tools);
  }
}

async function readSecrets(options: RedisOptions, tools: ConnectTools): Promise<Secrets> {
  return {
    password: await secret(options.password, tools),
    sentinelPassword: await secret(options.sentinelPassword, tools),
    tls:
      options.tls === undefined
        ? undefined
        : await (await import('./tls.ts')).loadTls(options.tls, tools.secrets.env),
  };
}

async function secret(source: PasswordSource, tools: ConnectTools): Promise<string | undefined> {
  if (source.kind === 'none') return undefined;
  if (source.kind === 'given') return source.password;
  return (await import('./credentials.ts')).readPassword(source, tools.secrets);
}

async function connectSingle(
  place: Place,
  opener: Opener,
  options: RedisOptions,
  tools: ConnectTools,
): Promise<RedisClient> {
  const { first, mode } = await opener.insist(async () => {
    const opened = await opener.openSingle(place);
    return { first: opened, mode: await readMode(opened) };
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
  const primary = resilientNode(first, () => opener.openSingle(place), {
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
async function readMode({ hello, node }: OpenSingle): Promise<string> {
  const told = modeOf(hello ?? null);
  if (told !== undefined) return told;
  const [now, info] = await node.pipeline([['HELLO'], ['INFO', 'cluster']]);
  return (
    modeOf(now ?? null) ??
    (!(info instanceof CachectlError) && /cluster_enabled:1/.test(String(info)) ? 'cluster' : 'standalone')
  );
}

function modeOf(hello: RedisReply | CachectlError): string | undefined {
  if (!Array.isArray(hello)) return undefined;
  const fields = (hello as readonly unknown[]).map(String);
  const at = fields.indexOf('mode');
  return at === -1 ? undefined : fields[at + 1];
}

async function connectCluster(
  seeds: readonly TcpAddress[],
  opener: Opener,
  options: RedisOptions,
  tools: ConnectTools,
): Promise<RedisClient> {
  const { clusterClient } = await import('./cluster-client.ts');
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
