import { decodeUtf8 } from '../keys/printable.ts';
import type { Layout } from '../keys/layout.ts';
import type { RedisClient } from '../redis/types.ts';
import { sideKey } from '../warm/side-hash.ts';
import { decodeTags, TAGS_FIELD } from './tags-field.ts';

/** Where the tags of a key stand; `undefined` where its logical key is none that could be written down. */
export function tagsPlace(physical: Buffer, layout: Layout): Buffer | undefined {
  const logical = layout.toLogical(physical);
  const text = logical === undefined ? undefined : decodeUtf8(logical);
  return text === undefined ? undefined : sideKey(text, layout);
}

/**
 * The tags of keys, in their order, as far as they are written down beside them.
 * @throws CachectlError where the connection fails
 */
export async function tagsOfKeys(
  client: RedisClient,
  keys: readonly Buffer[],
  layout: Layout,
): Promise<readonly (readonly string[])[]> {
  const tags: (readonly string[])[] = keys.map(() => []);
  const asked = keys.flatMap((key, index) => {
    const place = tagsPlace(key, layout);
    return place === undefined ? [] : [{ place, index }];
  });
  for (const { node, indexes } of await client.nodesFor(asked.map(({ place }) => place))) {
    const own = indexes.flatMap((position) => asked[position] ?? []);
    const replies = await node.pipeline(own.map(({ place }) => ['HGET', place, TAGS_FIELD]));
    for (const [position, { index }] of own.entries()) tags[index] = decodeTags(replies[position]);
  }
  return tags;
}
