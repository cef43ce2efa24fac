import type { BulkChannel } from './bulk-channel.ts';
import type { ConnectTools } from './connect-tools.ts';
import { followPrimary } from './follow-primary.ts';
import type { Opener } from './opener.ts';
import { describeTarget, type RedisOptions } from './options.ts';
import { openFollowing, outOfTouch } from './replica-link.ts';
import { resilientNode, type ResilientNode } from './resilient-node.ts';
import { askSentinels, openPrimary, openPrimaryBulk } from './sentinel.ts';
import { singleClient } from './single-client.ts';
import type { OpenNode, RedisClient, ServerPlace } from './types.ts';
import { formatAddress, type TcpAddress, type Topology } from './url.ts';

/** A client of the primary that Sentinels watch under a name; it follows that to another server. */
export async function connectThroughSentinels(
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

/** The first replica that answers and gets what the primary writes; none is no failure, the primary has everything. */
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
      const first = await openFollowing(open);
      if (first === undefined) {
        tools.log.say(outOfTouch(formatAddress(address)));
        continue;
      }
      return resilientNode(first, open, {
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
