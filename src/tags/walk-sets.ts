import type { Layout } from '../keys/layout.ts';
import type { LostNode, RedisClient, ScanQuery } from '../redis/types.ts';
import { tagOfSet, tagSetPatterns } from './tag-sets.ts';

/** The set of one tag. */
export interface TagSet {
  readonly tag: Buffer;
  /** Physical key. */
  readonly set: Buffer;
}

/**
 * The sets of all tags, batch by batch: one walk over the names of keys for each place of the layout.
 * @param each see {@link ScanQuery.each}: for whoever changes nothing
 */
export async function* walkTagSets(
  client: RedisClient,
  layout: Layout,
  signal: AbortSignal,
  onLost: (lost: LostNode) => void,
  each?: ScanQuery['each'],
): AsyncGenerator<readonly TagSet[], void, void> {
  for (const pattern of tagSetPatterns(layout)) {
    for await (const { keys } of client.walk({ pattern, reading: true, each }, signal, onLost)) {
      yield keys.flatMap((set) => {
        const tag = tagOfSet(set, layout);
        return tag === undefined ? [] : [{ tag, set }];
      });
    }
  }
}
