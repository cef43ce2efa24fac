import type { KeyCommand } from './resp/encode.ts';
import type { KeyRun } from './resp/key-run.ts';
import type { Listener } from './resp/resp-connection.ts';
import type { ReplyBatch } from './resp/reply-batch.ts';
import type { SweepOutcome, SweepPlan } from './resp/sweep-plan.ts';
import type { RedisCommand, RedisReply } from './types.ts';

/** A walk over one server's keys. */
export interface KeyScan {
  /** Redis glob; every key where it is left out. */
  readonly pattern?: Buffer | undefined;
  /** About how many keys SCAN looks at in one step; asked before each of them. */
  readonly count: () => number;
  /** The cursor to begin with; the start where it is left out. */
  readonly from?: string;
}

/**
 * A connection of our own to one server, for work on very many keys: neither a promise nor a string for a
 * command. It follows no redirects and is not opened again when it is lost: whoever uses it does that, with
 * `RedisNode` for single commands that have to go elsewhere.
 */
export interface BulkChannel {
  readonly address: string;
  /**
   * Sends commands that `resp/encode.ts` has encoded, in one piece, and gives their replies by position.
   * Several pipelines may be under way at once; the server answers in order.
   * @throws CachectlError where the connection is lost; error replies come in their places
   */
  readonly pipeline: (encoded: Buffer, replies: number) => Promise<ReplyBatch>;
  /**
   * Asks about keys of a run, by their indexes: the replies to every command for the first of them, then for the
   * second, and so on. In memory that is used again and again, so that a walk over millions of keys leaves little behind.
   * @throws CachectlError where the connection is lost; error replies come in their places
   */
  readonly ask: (
    commands: readonly KeyCommand[],
    run: KeyRun,
    chosen: Int32Array<ArrayBuffer>,
  ) => Promise<ReplyBatch>;
  /** One command. @throws CachectlError for error replies and a lost connection alike */
  readonly call: (...command: RedisCommand) => Promise<RedisReply>;
  /**
   * The keys that match, reply by reply, with the next SCAN on its way while the caller works on one. A key may
   * come twice. Ends early, without an error, once the signal is aborted.
   */
  readonly scan: (query: KeyScan, signal: AbortSignal) => AsyncGenerator<KeyRun, void, void>;
  /** Removes all keys that match. Never throws: what was done until then is in the outcome. */
  readonly sweep: (plan: SweepPlan, signal: AbortSignal) => Promise<SweepOutcome>;
  /**
   * Sends encoded commands after which the server talks by itself (MONITOR, PSUBSCRIBE), and hands all that it
   * says from then on to the listener, reply by reply. The channel is good for nothing else afterwards.
   */
  readonly listen: (encoded: Buffer, listener: Listener) => void;
  readonly close: () => void;
}
