import { CachectlError } from '../cli/errors.ts';
import { removeKeys } from '../redis/keyspace.ts';
import type { RedisClient } from '../redis/types.ts';
import type { PhysicalSelection } from './selection.ts';
import { walkSelection } from './walk.ts';

/** Removals under way at once on one connection; more would only queue in the server. */
const IN_FLIGHT = 4;

/** What was really done. */
export interface ClearResult {
  /** Keys that were found or named. */
  readonly matched: number;
  /** Keys that were there and are gone, as the server counted them. */
  readonly removed: number;
  /** What broke the work off. */
  readonly failure: CachectlError | undefined;
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
  let failure: CachectlError | undefined;
  const underWay = new Set<Promise<void>>();
  const note = (error: unknown): void => {
    if (!(error instanceof CachectlError)) throw error;
    failure ??= error;
  };
  try {
    for await (const { node, keys } of walkSelection(client, selection, signal)) {
      matched += keys.length;
      const removal: Promise<void> = removeKeys(node, keys)
        .then((count) => {
          removed += count;
          onProgress(removed);
        }, note)
        .finally(() => underWay.delete(removal));
      underWay.add(removal);
      if (underWay.size >= IN_FLIGHT) await Promise.race(underWay);
      if (failure !== undefined) break;
    }
  } catch (error) {
    note(error);
  }
  await Promise.all(underWay);
  return { matched, removed, failure };
}
