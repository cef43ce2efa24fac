import type { CachectlError } from '../cli/errors.ts';
import type { SweepLook } from './resp/sweep-plan.ts';

/** What to remove from all primaries, and how fast. */
export interface SweepRequest {
  /** Redis glob over physical keys, matched by the servers; every key where it is left out. */
  readonly pattern: Buffer | undefined;
  /** A further condition on a key's bytes, which are a slice of what came: copy what is kept. */
  readonly accept?: ((key: Buffer) => boolean) | undefined;
  /** What to ask about some of the keys before they go. */
  readonly look?: SweepLook | undefined;
  readonly pace: {
    /** About how many keys the next SCAN looks at, given how many are best where nobody else is in the way. */
    readonly count: (best: number) => number;
    /** How long to wait before the next SCAN, in ms; less than 1 is no wait. */
    readonly pauseMs: () => number;
  };
  /** Told of every change: keys removed, and keys found, of all primaries together. */
  readonly onProgress: (removed: number, matched: number) => void;
}

/** What was done. */
export interface SweepReport {
  /** Keys that were found, and whose removal was answered. */
  readonly matched: number;
  /** Keys that were there and are gone, as the servers counted them. */
  readonly removed: number;
  /** Keys whose removal was not answered, because a connection was lost: each may be gone or not. */
  readonly unconfirmed: number;
  /** What broke the work off. */
  readonly failure: CachectlError | undefined;
}
