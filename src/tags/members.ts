import { CachectlError } from '../cli/errors.ts';
import type { Layout } from '../keys/layout.ts';
import type { RedisClient } from '../redis/types.ts';
import { scanSet } from './examine-set.ts';
import { tagSets } from './tag-sets.ts';

/** Keys with any of several tags, or with all of them. */
export type TagMatch = 'any' | 'all';

/** Where tags are looked up; Redis is opened only when the keys are asked for. */
export interface TagTools {
  readonly redis: () => Promise<RedisClient>;
  readonly signal: AbortSignal;
}

/**
 * The physical keys with these tags, batch by batch, in no order; a key with several of the tags comes once,
 * and one may be gone by now. Can be walked again. Ends early once aborted. Memory is that of one batch.
 * @throws CachectlError where a set cannot be read, or is none
 */
export async function* keysOfTags(
  tags: readonly Buffer[],
  match: TagMatch,
  { redis, signal }: TagTools,
  layout: Layout,
): AsyncGenerator<readonly Buffer[], void, void> {
  const client = await redis();
  const places = tags.map((tag) => tagSets(tag, layout));
  for (let place = 0; place < (places[0]?.length ?? 0); place++) {
    const sets = places.flatMap((own) => own[place] ?? []);
    if (match === 'all') yield* intersection(client, sets, signal);
    else yield* union(client, sets, signal);
  }
}

async function* union(
  client: RedisClient,
  sets: readonly Buffer[],
  signal: AbortSignal,
): AsyncGenerator<readonly Buffer[], void, void> {
  for (const [index, set] of sets.entries()) {
    const earlier = sets.slice(0, index);
    for await (const members of scanSet(client, set, signal)) {
      let keys: readonly Buffer[] = members.map(({ key }) => key);
      for (const other of earlier) keys = await filterBy(client, other, keys, (isMember) => !isMember);
      if (keys.length > 0) yield keys;
    }
  }
}

/** Walks the smallest set and asks the others. SINTER would need all of them on one node. */
async function* intersection(
  client: RedisClient,
  sets: readonly Buffer[],
  signal: AbortSignal,
): AsyncGenerator<readonly Buffer[], void, void> {
  const sizes = await Promise.all(sets.map((set) => sizeOf(client, set)));
  const smallest = sets[sizes.indexOf(Math.min(...sizes))];
  if (smallest === undefined) return;
  const others = sets.filter((set) => set !== smallest);
  for await (const members of scanSet(client, smallest, signal)) {
    let keys: readonly Buffer[] = members.map(({ key }) => key);
    for (const other of others) keys = await filterBy(client, other, keys, (isMember) => isMember);
    if (keys.length > 0) yield keys;
  }
}

/** The number of keys in a tag's set, those that are gone included. */
export async function sizeOf(client: RedisClient, set: Buffer): Promise<number> {
  const [share] = await client.nodesFor([set]);
  return share === undefined ? 0 : Number(await share.node.call('ZCARD', set));
}

async function filterBy(
  client: RedisClient,
  set: Buffer,
  keys: readonly Buffer[],
  accepts: (isMember: boolean) => boolean,
): Promise<readonly Buffer[]> {
  if (keys.length === 0) return keys;
  const [share] = await client.nodesFor([set]);
  if (share === undefined) return keys;
  const scores = await share.node.pipeline(keys.map((key) => ['ZSCORE', set, key]));
  return keys.filter((_, index) => {
    const score = scores[index] ?? null;
    if (score instanceof CachectlError) throw score;
    return accepts(score !== null);
  });
}
