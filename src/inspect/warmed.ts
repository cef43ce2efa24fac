import { CachectlError } from '../cli/errors.ts';
import { createLayout, type Layout } from '../keys/layout.ts';
import { decodeUtf8 } from '../keys/printable.ts';
import type { RedisClient, RedisReply } from '../redis/types.ts';
import { decodeTags, TAGS_FIELD } from '../tags/tags-field.ts';
import { sideKey } from '../warm/side-hash.ts';
import type { KeyState } from './content.ts';
import { bytesOf, listOf } from './reply.ts';

/** What `warm` has written down about the answer that an entry was made of. */
export interface Warmed {
  /** Without secrets: `warm` writes none down. Untrusted text, as everything here. */
  readonly url: string;
  /** ISO 8601. */
  readonly fetchedAt: string | undefined;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  /** Of the value as it was stored. */
  readonly storedBytes: number | undefined;
}

/** What is kept beside an entry. */
export interface KeptBeside {
  /** `undefined` where `warm` did not fill it, or kept nothing about it. */
  readonly warmed: Warmed | undefined;
  /** The tags that `warm` or `tags add` gave it. Untrusted text. */
  readonly tags: readonly string[];
}

/** In the order in which they are read. */
const FIELDS = [TAGS_FIELD, 'url', 'fetched_at', 'etag', 'last_modified', 'stored_bytes'];
const NOTHING: KeptBeside = { warmed: undefined, tags: [] };

/**
 * What `warm` and `tags add` have written down about entries, in the order of the keys; nothing where the user may not
 * read it. One round trip a node.
 * @throws CachectlError where the connection fails
 */
export async function readBeside(
  client: RedisClient,
  keys: readonly Buffer[],
  layout: Layout,
): Promise<readonly KeptBeside[]> {
  const real = createLayout(layout.spec);
  const asked = keys.flatMap((physical, index) => {
    const beside = besideOf(physical, real);
    return beside === undefined ? [] : [{ beside, index }];
  });
  const kept: KeptBeside[] = keys.map(() => NOTHING);
  const shares = await client.nodesFor(
    asked.map(({ beside }) => beside),
    { reading: true },
  );
  await Promise.all(
    shares.map(async ({ node, indexes }) => {
      const own = indexes.flatMap((position) => asked[position] ?? []);
      const replies = await node.pipeline(own.map(({ beside }) => ['HMGET', beside, ...FIELDS]));
      for (const [position, { index }] of own.entries()) kept[index] = parse(replies[position]);
    }),
  );
  return kept;
}

/**
 * Whether something else has written the value since, as far as its length tells; `undefined` where nothing
 * can be compared.
 */
export function isChanged(warmed: Warmed, state: KeyState): boolean | undefined {
  if (!state.exists || warmed.storedBytes === undefined || state.length === undefined) return undefined;
  return state.type !== 'string' || state.length !== warmed.storedBytes;
}

/** `warm` writes to the first of a key's places, and its keys are text. */
function besideOf(physical: Buffer, layout: Layout): Buffer | undefined {
  const logical = layout.toLogical(physical);
  const text = logical === undefined ? undefined : decodeUtf8(logical);
  if (logical === undefined || text === undefined || !layout.toPhysical(logical).equals(physical))
    return undefined;
  return sideKey(text, layout);
}

function parse(reply: RedisReply | CachectlError | undefined): KeptBeside {
  if (reply instanceof CachectlError) return NOTHING;
  const [tagList, ...texts] = listOf(reply);
  const tags = decodeTags(tagList);
  const [url, fetchedAt, etag, lastModified, storedBytes] = texts.map((field) =>
    field === null ? undefined : bytesOf(field).toString('utf8'),
  );
  if (url === undefined) return { warmed: undefined, tags };
  const warmed = {
    url,
    fetchedAt,
    etag,
    lastModified,
    storedBytes: storedBytes === undefined ? undefined : Number(storedBytes),
  };
  return { warmed, tags };
}
