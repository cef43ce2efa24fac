import type { CachectlError } from '../cli/errors.ts';

/** What goes over the wire as one argument. Keys and values are always Buffers. */
export type RedisArgument = Buffer | string | number;

/** One command: its name and arguments. */
export type RedisCommand = readonly [name: string, ...args: RedisArgument[]];

/** One reply. Bulk strings are Buffers; maps and sets of RESP3 come as flat arrays, as in RESP2. */
export type RedisReply = Buffer | string | number | boolean | null | readonly RedisReply[];

/** One server that holds data: a whole database, or a primary's share of it. */
export interface RedisNode {
  /** `host:port`, or the socket's path. */
  readonly address: string;
  /** @throws CachectlError for error replies and connection failures alike */
  readonly call: (...command: RedisCommand) => Promise<RedisReply>;
  /**
   * All commands in one round trip, the replies in the same order. An error reply takes its command's
   * place; only a connection failure throws.
   */
  readonly pipeline: (commands: readonly RedisCommand[]) => Promise<readonly (RedisReply | CachectlError)[]>;
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
}

/**
 * The one door to Redis. What walks keys walks every node of `primaries()`; what works on given keys
 * asks `nodesFor` which node owns which. A single server is one primary that owns every key.
 */
export interface RedisClient {
  readonly target: RedisTarget;
  readonly primaries: () => Promise<readonly RedisNode[]>;
  /** The given keys, grouped by the node that owns them. */
  readonly nodesFor: (keys: readonly Buffer[]) => Promise<readonly KeyShare[]>;
  readonly close: () => Promise<void>;
}

/** One node's part of a list of keys; `indexes` are positions in that list. */
export interface KeyShare {
  readonly node: RedisNode;
  readonly indexes: readonly number[];
}
