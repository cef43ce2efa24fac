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
  /** Whether a slot is on its way from or to this node at this moment. */
  readonly isMoving: boolean;
}

/** Reads what a node says of itself in CLUSTER NODES. */
export function parseOwnState(text: string, address: string): NodeState {
  const own = text.split('\n').find((line) => /\bmyself\b/.test(line)) ?? '';
  const fields = own.split(' ');
  return {
    address,
    configEpoch: Number(fields[6] ?? 0),
    isMoving: fields.slice(8).some((slots) => slots.startsWith('[')),
  };
}

/** A cluster at one moment: who owns what, and what is moving. */
export interface ClusterSnapshot {
  readonly topology: ClusterTopology;
  /** By address of the primary; one that did not answer is missing. */
  readonly states: ReadonlyMap<string, NodeState>;
}

/**
 * The primaries that have to be walked again because keys may have come to them behind a walk's back
 * between two moments: those that own slots which another node owned, those whose ownership changed and
 * changed back, and those with a slot on its way. Keys that stayed where they were have been seen.
 */
export function primariesToWalkAgain(before: ClusterSnapshot, after: ClusterSnapshot): readonly TcpAddress[] {
  const ownersBefore = slotOwners(before.topology);
  return after.topology.shards
    .filter(({ primary, ranges }) => {
      const address = formatAddress(primary);
      const was = before.states.get(address);
      const is = after.states.get(address);
      if (was?.isMoving === true || is?.isMoving === true) return true;
      if (was !== undefined && is !== undefined && was.configEpoch !== is.configEpoch) return true;
      return ranges.some(([first, last]) => {
        for (let slot = first; slot <= last; slot++) {
          const owner = ownersBefore[slot];
          if (owner === undefined || formatAddress(owner) !== address) return true;
        }
        return false;
      });
    })
    .map(({ primary }) => primary);
}
