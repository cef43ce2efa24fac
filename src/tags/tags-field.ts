import type { CachectlError } from '../cli/errors.ts';
import { decodeUtf8 } from '../keys/printable.ts';
import type { RedisReply } from '../redis/types.ts';

/**
 * The way back from a key to its tags: a field of the small hash that stands beside an entry
 * (`cachectl:warm:KEY`), as a JSON list of texts. `warm` and `tags add` write it; applications that tag keys
 * themselves may, and `tags repair` makes the index anew from it. The index alone decides what `--tag` finds.
 */
export const TAGS_FIELD = 'tags';

/** A list of tags as the field has it. */
export function encodeTags(tags: readonly string[]): string {
  return JSON.stringify([...new Set(tags)]);
}

/** The tags of a field; none where it is not there, or is something else. */
export function decodeTags(reply: RedisReply | CachectlError | undefined): readonly string[] {
  const text = Buffer.isBuffer(reply) ? decodeUtf8(reply) : undefined;
  if (text === undefined) return [];
  try {
    const tags: unknown = JSON.parse(text);
    return Array.isArray(tags)
      ? tags.filter((tag): tag is string => typeof tag === 'string' && tag !== '')
      : [];
  } catch {
    return [];
  }
}
