import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { removeKeys } from '../redis/keyspace.ts';
import type { LostNode, RedisClient, RedisNode } from '../redis/types.ts';
import type { PhysicalSelection } from './selection.ts';
import { walkSelection, type WalkOptions } from './walk.ts';

/** Removals under way at once on one connection; more would only queue in the server. */
const IN_FLIGHT = 4;

/** What was really done. */
export interface ClearResult {
  /** Keys that were found or named. */
  readonly matched: number;
  /** Keys that were there and are gone, as the server counted them. */
  readonly removed: number;
  /** Keys of which a lost connection hides whether this run removed them. */
  readonly uncounted: number;
  /** What broke the work off. */
  readonly failure: CachectlError | undefined;
  /** Primaries whose keys could not be walked. */
  readonly lost: readonly LostNode[];
}

/** Removes the selection. The next SCAN is under way while keys are removed; an abort stops after what is under way. */
export async function executeClear(
  client: RedisClient,
  selection: PhysicalSelection,
  signal: AbortSignal,
  onProgress: (removed: number) => void,
): Promise<ClearResult> {
  let matched = 0;
  let removed = 0;
  let uncounted = 0;
  let failure: CachectlError | undefined;
  const lost: LostNode[] = [];
  const walk: WalkOptions = { signal, reading: false, onLost: (node) => lost.push(node) };
  const underWay = new Set<Promise<void>>();
  const note = (error: unknown, node?: RedisNode): void => {
    if (!(error instanceof CachectlError)) throw error;
    // One primary of many that is gone does not keep the others from being cleared.
    const isOneOfMany = client.kind === 'cluster' && error.exitCode === ExitCode.unreachable;
    if (!isOneOfMany || node === undefined) failure ??= error;
    else if (!lost.some(({ address }) => address === node.address))
      lost.push({ address: node.address, error });
  };
  try {
    for await (const { node, keys } of walkSelection(client, selection, walk)) {
      matched += keys.length;
      const task: Promise<void> = removeKeys(node, keys)
        .then(
          (removal) => {
            removed += removal.removed;
            uncounted += removal.uncounted;
            onProgress(removed);
          },
          (error: unknown) => {
            note(error, node);
            if (error instanceof CachectlError && error.exitCode === ExitCode.unreachable)
              uncounted += keys.length;
          },
        )
        .finally(() => underWay.delete(task));
      underWay.add(task);
      if (underWay.size >= IN_FLIGHT) await Promise.race(underWay);
      if (failure !== undefined) break;
    }
  } catch (error) {
    note(error);
  }
  await Promise.all(underWay);
  return { matched, removed, uncounted, failure, lost };
}
