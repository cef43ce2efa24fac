import type { CachectlError } from '../cli/errors.ts';
import type { BulkChannel } from './bulk-channel.ts';
import type { SweepReport, SweepRequest } from './sweep-request.ts';

/** What goes over the wire as one argument. Keys and values are always Buffers. */
export type RedisArgument = Buffer | string | number;

/** One command: its name and arguments. */
export type RedisCommand = readonly [name: string, ...args: RedisArgument[]];

/**
 * One reply, as RESP2 would say it whichever version is spoken: strings are Buffers, doubles too; maps and sets
 * of RESP3 come as flat arrays.
 */
export type RedisReply = Buffer | string | number | boolean | null | readonly RedisReply[];

/** One server that holds data: a whole database, or a primary's share of it. */
export interface RedisNode {
  /** `host:port`, or the socket's path. */
  readonly address: string;
  /** Whether one command may take several keys: not in a cluster, where each may be in another slot. */
  readonly multiKey: boolean;
  /** @throws CachectlError for error replies and connection failures alike */
  readonly call: (...command: RedisCommand) => Promise<RedisReply>;
  /**
   * All commands in one round trip, the replies in the same order. An error reply takes its command's
   * place; only a connection failure throws. In a cluster, commands whose key has moved are sent after it.
   */
  readonly pipeline: (commands: readonly RedisCommand[]) => Promise<readonly (RedisReply | CachectlError)[]>;
  /** Whether many commands cost no more here than on a bulk channel: then nobody opens one for them alone. */
  readonly isLean?: boolean;
  /**
   * Opens a connection of its own to this server, for work on very many keys; whoever opens it closes it.
   * Missing where there is none: then `pipeline` has to do.
   * @throws CachectlError
   */
  readonly bulk?: () => Promise<BulkChannel>;
  /**
   * Commands so far that were sent a second time because the connection was lost before their answer: what
   * they did the first time, nobody knows.
   */
  readonly sentAgain: () => number;
}

/** A server to read very many keys from. */
export interface ReadingNode extends RedisNode {
  readonly bulk: () => Promise<BulkChannel>;
  /** Of a cluster's replica: the address of the primary whose keys it has. */
  readonly replicaOf?: string;
}

/** The slots of a cluster since a moment: who owned which, and which of them have moved. */
export interface SlotWatch {
  readonly slotOf: (key: Buffer) => number;
  /** The address of the primary that owned a slot at that moment. */
  readonly ownerOf: (slot: number) => string | undefined;
  /** Slots that have another owner now, may have had one meanwhile, or have been on their way at either end, in order. */
  readonly moved: () => Promise<readonly number[]>;
  /** How many keys each of these slots has, on all primaries together. */
  readonly sizesOf: (slots: readonly number[]) => Promise<readonly number[]>;
  /** The keys of these slots, wherever they are now: for slots of some thousand keys at the most. */
  readonly keysOf: (slots: readonly number[]) => Promise<readonly Buffer[]>;
  /** All keys of the primaries that have any of these slots, batch by batch. */
  readonly scan: (
    slots: ReadonlySet<number>,
    pattern: Buffer | undefined,
    signal: AbortSignal,
  ) => AsyncGenerator<readonly Buffer[], void, void>;
  /** Primaries that could not be asked about slots so far. */
  readonly lost: () => readonly LostNode[];
}

/** What a connection talks to, for messages and for confirming a deletion by name. */
export interface RedisTarget {
  /** The connection's name in the spec file, where it came from there. */
  readonly connectionName: string | undefined;
  /** `host:port/db`, without user and password. */
  readonly location: string;
  /** What a person types to confirm: the connection's name, otherwise the location. */
  readonly name: string;
  readonly protected: boolean;
  readonly database: number;
}

/** Some keys of one node. */
export interface KeyBatch {
  readonly node: RedisNode;
  readonly keys: readonly Buffer[];
  /** Where SCAN goes on after these keys; `0` where they were the node's last. Missing where nobody can go on. */
  readonly cursor?: string | undefined;
}

/** Which keys to walk. */
export interface ScanQuery {
  /** Redis glob over physical keys; every key where it is left out. */
  readonly pattern?: Buffer;
  /** About how many keys SCAN looks at in one step. */
  readonly count?: number;
  /** Read on replicas where the connection says `read_from: replica`. For walks that only look. */
  readonly reading?: boolean;
  /** A further condition on a key's bytes. */
  readonly accept?: ((key: Buffer) => boolean) | undefined;
  /**
   * `once`: a key of a cluster comes once, also where slots move meanwhile, for whoever counts keys. Not for whoever
   * needs each of them: of very many keys in slots that move, some may be left out as if they had come. Without it,
   * and where a single server gives a key twice (SCAN may, while its table shrinks), a key may come again.
   */
  readonly each?: 'once' | undefined;
  /** Cursors to go on from, by the node's address; `0` is a node that was walked to its end. Not with `each`. */
  readonly from?: ReadonlyMap<string, string>;
}

/** A primary that could not be walked to its end. */
export interface LostNode {
  readonly address: string;
  readonly error: CachectlError;
}

/**
 * The one door to Redis. What walks keys uses `walk`; what works on given keys asks `nodesFor` which node
 * owns which; what asks servers about themselves uses `primaries`. A single server is one primary that
 * owns every key.
 */
export interface RedisClient {
  readonly target: RedisTarget;
  readonly kind: 'single' | 'sentinel' | 'cluster';
  readonly primaries: () => Promise<readonly RedisNode[]>;
  /**
   * One server for each primary's share of the keys, for reading all of it: a replica where the connection says
   * `read_from: replica` and one can be reached, otherwise the primary.
   */
  readonly readers: () => Promise<readonly ReadingNode[]>;
  /**
   * Notes who owns which slot from now on, for whoever reads all keys of a cluster and wants each of them once.
   * Missing where keys have no slots.
   */
  readonly watchSlots?: () => Promise<SlotWatch>;
  /** Every server that can be named: primaries and replicas, for `ping`. */
  readonly servers: () => Promise<readonly ServerPlace[]>;
  /** The given keys, grouped by the node that owns them. */
  readonly nodesFor: (
    keys: readonly Buffer[],
    use?: { readonly reading: boolean },
  ) => Promise<readonly KeyShare[]>;
  /**
   * The keys of every primary that match, batch by batch, all primaries at once. A key that exists
   * throughout comes at least once, also where slots move or a replica takes over meanwhile; a key may come
   * more than once, unless `each` says otherwise. A primary that cannot be reached is told to `onLost`, and the others are walked on.
   * Ends early, without an error, once the signal is aborted.
   * @throws CachectlError where no primary at all could be walked
   */
  readonly walk: (
    query: ScanQuery,
    signal: AbortSignal,
    onLost: (lost: LostNode) => void,
  ) => AsyncGenerator<KeyBatch, void, void>;
  /**
   * Removes the keys of every primary that match, as fast as the servers allow and `request.pace` lets it.
   * What `walk` promises about keys, lost primaries and the signal holds here as well.
   * Missing where it could not follow a primary that fails over: then `walk` has to do.
   * Never throws: what broke the work off is in the report.
   */
  readonly sweep?: (
    request: SweepRequest,
    signal: AbortSignal,
    onLost: (lost: LostNode) => void,
  ) => Promise<SweepReport>;
  readonly close: () => Promise<void>;
}

/** A server of the connection and what it is there for. */
export interface ServerPlace {
  readonly address: string;
  readonly role: 'primary' | 'replica' | 'sentinel';
  /** A connection to exactly this server; whoever opens it closes it. */
  readonly open: () => Promise<OpenNode>;
}

/** A node with what ends its connection. */
export interface OpenNode {
  readonly node: RedisNode;
  readonly close: () => void;
}

/** One node's part of a list of keys; `indexes` are positions in that list. */
export interface KeyShare {
  readonly node: RedisNode;
  readonly indexes: readonly number[];
}
