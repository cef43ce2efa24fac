import type { RedisReply } from './types.ts';
import { formatAddress, type TcpAddress } from './url.ts';

/** One primary's share of a cluster. */
export interface Shard {
  readonly primary: TcpAddress;
  readonly replicas: readonly TcpAddress[];
  /** Slots, both ends included. */
  readonly ranges: readonly (readonly [first: number, last: number])[];
}

/** Which node owns which slots. */
export interface ClusterTopology {
  readonly shards: readonly Shard[];
}

/** The number of hash slots of every cluster. Source: the cluster specification. */
export const SLOT_COUNT = 16_384;

/**
 * Reads CLUSTER SLOTS. A node that does not say its host (`?` or empty, before it knows itself) is at the
 * address that was asked.
 */
export function parseClusterSlots(reply: RedisReply, asked: TcpAddress): ClusterTopology {
  const shards = new Map<
    string,
    { primary: TcpAddress; replicas: readonly TcpAddress[]; ranges: [number, number][] }
  >();
  for (const entry of listOf(reply)) {
    const [first, last, primaryNode, ...replicaNodes] = listOf(entry);
    const primary = parseNode(primaryNode, asked);
    const name = formatAddress(primary);
    const shard = shards.get(name) ?? {
      primary,
      replicas: replicaNodes.map((node) => parseNode(node, asked)),
      ranges: [],
    };
    shard.ranges.push([Number(first), Number(last)]);
    shards.set(name, shard);
  }
  return { shards: [...shards.values()] };
}

function parseNode(node: RedisReply | undefined, asked: TcpAddress): TcpAddress {
  const [host, port] = listOf(node ?? null);
  const name = host === null || host === undefined ? '' : String(host);
  return { host: name === '' || name === '?' ? asked.host : name, port: Number(port) };
}

function listOf(reply: RedisReply): readonly RedisReply[] {
  return Array.isArray(reply) ? (reply as readonly RedisReply[]) : [];
}

/** The owner of each slot, by address; slots that nobody owns are `undefined`. */
export function slotOwners(topology: ClusterTopology): readonly (TcpAddress | undefined)[] {
  const owners = new Array<TcpAddress | undefined>(SLOT_COUNT).fill(undefined);
  for (const { primary, ranges } of topology.shards) {
    for (const [first, last] of ranges) owners.fill(primary, first, last + 1);
  }
  return owners;
}

/** The addresses with what a NAT in between makes of them. */
export function mapAddresses(
  topology: ClusterTopology,
  map: (address: TcpAddress) => TcpAddress,
): ClusterTopology {
  return {
    shards: topology.shards.map((shard) => ({
      ...shard,
      primary: map(shard.primary),
      replicas: shard.replicas.map(map),
    })),
  };
}

/** What one primary says of itself that changes when slots move or a replica takes over. */
export interface NodeState {
  /** `host:port` of the primary. */
  readonly address: string;
  /** Grows whenever the node's ownership changes. */
  readonly configEpoch: number;
  /** `host:port` of the nodes whose slots are on their way to this one at this moment. */
  readonly importingFrom: readonly string[];
  /** Those slots. */
  readonly importing: readonly number[];
}

/**
 * Reads what a node says of itself in CLUSTER NODES.
 * @param translate what the nodes' own idea of an address is from here
 */
export function parseOwnState(
  text: string,
  address: string,
  translate: (address: TcpAddress) => TcpAddress,
): NodeState {
  const nodes = text
    .split('\n')
    .map((line) => line.split(' '))
    .filter((fields) => fields.length >= 8);
  const addressOf = new Map(nodes.map(([id = '', place = '']) => [id, translatedAddress(place, translate)]));
  const own = nodes.find(([, , flags = '']) => flags.split(',').includes('myself')) ?? [];
  const arriving = own.slice(8).flatMap((slots) => {
    const [, slot, source] = /^\[(\d+)-<-(.+)\]$/.exec(slots) ?? [];
    return slot === undefined || source === undefined ? [] : [{ slot: Number(slot), source }];
  });
  return {
    address,
    configEpoch: Number(own[6] ?? 0),
    importingFrom: [...new Set(arriving.map(({ source }) => addressOf.get(source) ?? source))],
    importing: arriving.map(({ slot }) => slot),
  };
}

/** `host:port@busport,hostname` as CLUSTER NODES has it. */
function translatedAddress(place: string, translate: (address: TcpAddress) => TcpAddress): string {
  const match = /^(.*):(\d+)(?:@.*)?$/.exec(place.split(',')[0] ?? '');
  return match === null ? place : formatAddress(translate({ host: match[1] ?? '', port: Number(match[2]) }));
}

/** A cluster at one moment: who owns what, and what is moving. */
export interface ClusterSnapshot {
  readonly topology: ClusterTopology;
  /** By address of the primary; one that did not answer is missing. */
  readonly states: ReadonlyMap<string, NodeState>;
}

/**
 * The primaries that have to be walked again after a pass, because keys may have come to them behind its
 * back. A key that stayed where it was has been seen. One that moved was seen, or has gone from a node that
 * was walked in this pass to one that gained slots, or is gaining them, since the pass began: those are walked
 * again, now that their sources are done with. What comes from a node that needed no walk was seen before.
 * A replica that took over is walked in any case: it may not have heard of the last deletions.
 * @param walked addresses of the primaries that this pass walked
 */
export function primariesToWalkAgain(
  before: ClusterSnapshot,
  after: ClusterSnapshot,
  walked: ReadonlySet<string>,
): readonly TcpAddress[] {
  const ownersBefore = slotOwners(before.topology).map((owner) => owner && formatAddress(owner));
  const primariesNow = new Set(after.topology.shards.map(({ primary }) => formatAddress(primary)));
  const returned = returnedPrimaries(before, after);
  const concerns = (source: string | undefined): boolean =>
    source === undefined || walked.has(source) || !primariesNow.has(source);
  return after.topology.shards
    .filter(({ primary, ranges }) => {
      const address = formatAddress(primary);
      const was = before.states.get(address);
      const is = after.states.get(address);
      if ([...(was?.importingFrom ?? []), ...(is?.importingFrom ?? [])].some(concerns)) return true;
      const gained = gainedFrom(address, ranges, ownersBefore);
      return [...gained].some(concerns) || returned.has(address);
    })
    .map(({ primary }) => primary);
}

/**
 * Primaries whose ownership has changed, and changed back: of what, and where it was meanwhile, cannot be told
 * any more.
 */
export function returnedPrimaries(before: ClusterSnapshot, after: ClusterSnapshot): ReadonlySet<string> {
  const ownersBefore = slotOwners(before.topology).map((owner) => owner && formatAddress(owner));
  const returned = after.topology.shards.flatMap(({ primary, ranges }) => {
    const address = formatAddress(primary);
    const was = before.states.get(address);
    const is = after.states.get(address);
    if (was === undefined || is === undefined || was.configEpoch === is.configEpoch) return [];
    return gainedFrom(address, ranges, ownersBefore).size === 0 ? [address] : [];
  });
  return new Set(returned);
}

/** The former owners of slots that an address owns now. */
function gainedFrom(
  address: string,
  ranges: Shard['ranges'],
  ownersBefore: readonly (string | undefined)[],
): ReadonlySet<string | undefined> {
  const sources = new Set<string | undefined>();
  for (const [first, last] of ranges) {
    for (let slot = first; slot <= last; slot++) {
      if (ownersBefore[slot] !== address) sources.add(ownersBefore[slot]);
    }
  }
  return sources;
}
