import { CachectlError } from '../cli/errors.ts';
import type { Layout } from '../keys/layout.ts';
import type { RedisClient } from '../redis/types.ts';
import { livesOf } from './examine-set.ts';
import { tagSet } from './tag-sets.ts';
import { TagWriter } from './tag-writer.ts';
import { decodeTags, encodeTags, TAGS_FIELD } from './tags-field.ts';
import { tagsPlace } from './tags-of-key.ts';

/**
 * Tags whichever of these physical keys is there, and writes the tags down beside it.
 * @returns the key; `undefined` where none is there
 * @throws CachectlError where Redis does not let it
 */
export async function addTags(
  client: RedisClient,
  places: readonly Buffer[],
  tags: readonly string[],
  { layout, now }: { readonly layout: Layout; readonly now: () => number },
): Promise<Buffer | undefined> {
  const lives = await livesOf(client, places);
  const index = lives.findIndex((lifeMs) => lifeMs !== undefined);
  const [key, lifeMs] = [places[index], lives[index]];
  if (key === undefined || lifeMs === undefined) return undefined;
  const writer = await TagWriter.open(client, now);
  const sets = tags.map((tag) => tagSet(Buffer.from(tag, 'utf8'), layout));
  const commands = writer.commands(sets, key, lifeMs === Infinity ? undefined : lifeMs);
  for (const { node, indexes } of await client.nodesFor(commands.map((command) => command.key))) {
    const share = indexes.flatMap((position) => commands.slice(position, position + 1));
    const replies = await node.pipeline(share.map(({ command }) => command));
    const failed = replies.find((reply) => reply instanceof CachectlError);
    if (failed instanceof CachectlError) throw failed;
  }
  // Without an end, the note would outlive the key.
  if (lifeMs !== Infinity) await writeDown(client, key, tags, lifeMs, layout);
  return key;
}

async function writeDown(
  client: RedisClient,
  key: Buffer,
  tags: readonly string[],
  lifeMs: number,
  layout: Layout,
): Promise<void> {
  const place = tagsPlace(key, layout);
  const [share] = place === undefined ? [] : await client.nodesFor([place]);
  if (share === undefined || place === undefined) return;
  const known = decodeTags(await share.node.call('HGET', place, TAGS_FIELD));
  const replies = await share.node.pipeline([
    ['MULTI'],
    ['HSET', place, TAGS_FIELD, encodeTags([...known, ...tags])],
    ['PEXPIRE', place, Math.max(1, Math.round(lifeMs))],
    ['EXEC'],
  ]);
  const failed = replies.find((reply) => reply instanceof CachectlError);
  if (failed instanceof CachectlError) throw failed;
}
