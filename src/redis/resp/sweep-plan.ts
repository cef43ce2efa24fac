import type { CachectlError } from '../../cli/errors.ts';
import type { KeyCommand } from './encode.ts';
import type { ReplyBatch } from './reply-batch.ts';

/** How fast a sweep goes; asked before each SCAN, so that it may change at any time. */
export interface SweepPace {
  /** About how many keys the next SCAN looks at. */
  readonly count: () => number;
  /** How long to wait before it; less than 1 is no wait. */
  readonly pauseMs: () => number;
}

/** What is asked about some of the keys before they are removed, on the same way. */
export interface SweepLook {
  readonly commands: readonly KeyCommand[];
  /** At most so many keys of the SCAN reply at hand; asked for each that has any. */
  readonly keysAtOnce: () => number;
  /** The replies, all commands of the first key first. */
  readonly receive: (replies: ReplyBatch) => void;
}

/** What a sweep of one server removes, and how. */
export interface SweepPlan {
  /** Redis glob, matched by the server; every key where it is left out. */
  readonly pattern: Buffer | undefined;
  /** A further condition on a key's bytes, which are a slice of what came: copy what is kept. */
  readonly accept?: ((key: Buffer) => boolean) | undefined;
  readonly look?: SweepLook | undefined;
  /** Whether one command may take several keys: not in a cluster. */
  readonly multiKey: boolean;
  /** Cursors at once: 1, or another power of two where the server is known to allow it (see scan-parts.ts). */
  readonly cursors: number;
  readonly pace: SweepPace;
  /** Takes keys that a cluster's node says are elsewhere, on their way, or not served; gives how many it removed. */
  readonly handBack?: ((keys: readonly Buffer[]) => Promise<number>) | undefined;
  /** Told of every change of either count. */
  readonly onProgress: (removed: number, matched: number) => void;
}

/** What a sweep did. */
export interface SweepOutcome {
  /** Keys that were found and sent to be removed. */
  readonly matched: number;
  /** Keys that were there and are gone, as the server counted them. */
  readonly removed: number;
  /** Of `matched`, those whose removal was not answered because the connection was lost: gone or not. */
  readonly unconfirmed: number;
  /** What ended it early. */
  readonly failure: CachectlError | undefined;
  /** Whether every cursor came to its end. */
  readonly finished: boolean;
}
