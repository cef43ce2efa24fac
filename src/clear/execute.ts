import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { restAfter } from '../pace/keep-pace.ts';
import type { Pace } from '../pace/pace.ts';
import type { LostNode, RedisClient, RedisNode } from '../redis/types.ts';
import type { BoundSelection } from '../selection/bind.ts';
import { walkSelection, type SelectedBatch } from '../selection/walk.ts';
import type { Dispose } from './dispose.ts';
import type { MemoryEstimate, MemorySample } from './memory-sample.ts';
import { Places } from './places.ts';

/** Removals under way at once on one connection; more would only queue in the server. */
const IN_FLIGHT = 4;

/** What was really done. */
export interface ClearResult {
  /** Keys that were found or named. */
  readonly matched: number;
  /** Keys that were there and are gone, as the server counted them; with `--soft`, that expire earlier now. */
  readonly removed: number;
  /** Keys that were selected and not there any more when their turn came. */
  readonly gone: number;
  /** Keys that were left on purpose. */
  readonly kept: number;
  readonly memory: MemoryEstimate | undefined;
  /** Keys whose removal nobody answered for, because a connection was lost: each may be gone or not. */
  readonly unconfirmed?: number;
  /** What broke the work off. */
  readonly failure: CachectlError | undefined;
  /** Primaries whose keys could not be walked. */
  readonly lost: readonly LostNode[];
  /** Where SCAN goes on, by address of the node. */
  readonly cursors: ReadonlyMap<string, string>;
}

/** How the work is done. */
export interface ExecuteOptions {
  readonly dispose: Dispose;
  readonly memory: MemorySample;
  /** Batches under way at once; 1 where they are large in memory. */
  readonly inFlight?: number;
  /** Ends the work before the batch in which more than this have matched. */
  readonly maxKeys?: number | undefined;
  /** Where to go on from, by address. */
  readonly from?: ReadonlyMap<string, string> | undefined;
  readonly pace?: Pace | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number) => void;
}

/** Removes the selection. The next SCAN is under way while keys are removed; an abort stops after what is under way. */
export async function executeClear(
  client: RedisClient,
  bound: BoundSelection,
  options: ExecuteOptions,
): Promise<ClearResult> {
  let matched = 0;
  let removed = 0;
  let gone = 0;
  let kept = 0;
  let unconfirmed = 0;
  let failure: CachectlError | undefined;
  const lost: LostNode[] = [];
  const places = new Places(options.from);
  const underWay = new Set<Promise<void>>();
  const note = (error: unknown, node?: RedisNode): void => {
    if (!(error instanceof CachectlError)) throw error;
    // One primary of many that is gone does not keep the others from being cleared.
    const isOneOfMany = client.kind === 'cluster' && error.exitCode === ExitCode.unreachable;
    if (!isOneOfMany || node === undefined) failure ??= error;
    else if (!lost.some(({ address }) => address === node.address))
      lost.push({ address: node.address, error });
  };
  const start = (batch: SelectedBatch): void => {
    const done = places.begin(batch);
    const disposal: Promise<void> = options
      .dispose(batch)
      .then(
        (disposed) => {
          removed += disposed.removed;
          gone += disposed.gone;
          kept += disposed.kept;
          unconfirmed += disposed.unconfirmed ?? 0;
          if (disposed.failure === undefined) done();
          else note(disposed.failure, batch.node);
          options.onProgress(removed + kept);
        },
        (error: unknown) => {
          note(error, batch.node);
          if (error instanceof CachectlError && error.exitCode === ExitCode.unreachable) {
            unconfirmed += batch.keys.length;
          }
        },
      )
      .finally(() => underWay.delete(disposal));
    underWay.add(disposal);
  };
  try {
    const walk = {
      signal: options.signal,
      reading: false,
      // A name that nobody has must not count towards the most.
      existing: options.maxKeys !== undefined,
      onLost: (node: LostNode) => lost.push(node),
      ...(options.from === undefined ? {} : { from: options.from }),
    };
    for await (const batch of walkSelection(client, bound, walk)) {
      if (options.maxKeys !== undefined && matched + batch.keys.length > options.maxKeys) {
        failure = tooManyKeys(options.maxKeys);
        break;
      }
      matched += batch.keys.length;
      start(batch);
      if (options.pace !== undefined) await restAfter(options.pace, matched, options.signal);
      if (underWay.size >= (options.inFlight ?? IN_FLIGHT)) await Promise.race(underWay);
      if (failure !== undefined) break;
    }
  } catch (error) {
    note(error);
  }
  await Promise.all(underWay);
  const memory = options.memory.estimate(removed);
  return { matched, removed, gone, kept, unconfirmed, memory, failure, lost, cursors: places.cursors };
}

/** More keys match than `--max-keys` allows. */
export function tooManyKeys(most: number): CachectlError {
  return new CachectlError(`more than ${most} keys match, which is what --max-keys allows`, {
    code: 'clear.too-many-keys',
    exitCode: ExitCode.unconfirmed,
    hint: 'look at them with --dry-run; if they are meant, raise --max-keys',
  });
}
