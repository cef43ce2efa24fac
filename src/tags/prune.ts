import type { RedisClient } from '../redis/types.ts';
import type { TaggedKey } from './examine-set.ts';
import { examineSet } from './examine-set.ts';
import { REMOVE } from './scripts.ts';

/**
 * Takes keys that are gone out of a set, unless they were tagged again meanwhile.
 * @returns how many went
 * @throws CachectlError where no script may run
 */
export async function removeOrphans(
  client: RedisClient,
  set: Buffer,
  orphans: readonly Pick<TaggedKey, 'key' | 'score'>[],
): Promise<number> {
  if (orphans.length === 0) return 0;
  const [share] = await client.nodesFor([set]);
  if (share === undefined) return 0;
  const args = orphans.flatMap(({ key, score }) => [score, key]);
  return Number(await share.node.call('EVAL', REMOVE, 1, set, ...args));
}

/** Takes everything that is gone out of these sets; a set without keys is none any more. */
export async function pruneSets(
  client: RedisClient,
  sets: readonly Buffer[],
  signal: AbortSignal,
): Promise<number> {
  let removed = 0;
  for (const set of sets) {
    for await (const members of examineSet(client, set, signal)) {
      const orphans = members.filter(({ lifeMs }) => lifeMs === undefined);
      removed += await removeOrphans(client, set, orphans);
    }
  }
  return removed;
}
