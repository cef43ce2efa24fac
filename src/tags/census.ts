import { CachectlError } from '../cli/errors.ts';
import type { RedisClient } from '../redis/types.ts';
import { examineSet } from './examine-set.ts';
import type { TagSet } from './walk-sets.ts';

/** What a tag's set holds. */
export interface TagCount extends TagSet {
  /** Keys that are there. */
  readonly keys: number;
  /** Members whose keys are gone: expired, evicted or removed. */
  readonly orphans: number;
  /** Milliseconds until the set expires; `undefined` where it does not, which a write of cachectl never leaves. */
  readonly expiresInMs: number | undefined;
}

/**
 * Counts the members of a set, asking for each key whether it is there.
 * @returns `undefined` where the key is no sorted set, so that something else has written it
 */
export async function countTag(
  client: RedisClient,
  tagSet: TagSet,
  signal: AbortSignal,
): Promise<TagCount | undefined> {
  const [share] = await client.nodesFor([tagSet.set]);
  if (share === undefined) return undefined;
  const [type, life] = await share.node.pipeline([
    ['TYPE', tagSet.set],
    ['PTTL', tagSet.set],
  ]);
  if (type instanceof CachectlError) throw type;
  // Expired meanwhile: a set without keys.
  if (String(type) !== 'zset' && String(type) !== 'none') return undefined;
  let keys = 0;
  let orphans = 0;
  for await (const members of examineSet(client, tagSet.set, signal)) {
    for (const { lifeMs } of members) {
      if (lifeMs === undefined) orphans++;
      else keys++;
    }
  }
  return { ...tagSet, keys, orphans, expiresInMs: Number(life) >= 0 ? Number(life) : undefined };
}
