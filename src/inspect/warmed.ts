import { CachectlError } from '../cli/errors.ts';
import { createLayout, type Layout } from '../keys/layout.ts';
import { decodeUtf8 } from '../keys/printable.ts';
import type { RedisClient, RedisReply } from '../redis/types.ts';
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

/** In the order in which they are read. */
const FIELDS = ['url', 'fetched_at', 'etag', 'last_modified', 'stored_bytes'];

/**
 * What is known of entries that `warm` has filled, in the order of the keys; nothing where the user may not
 * read it. One round trip a node.
 * @throws CachectlError where the connection fails
 */
export async function readWarmed(
  client: RedisClient,
  keys: readonly Buffer[],
  layout: Layout,
): Promise<readonly (Warmed | undefined)[]> {
  const real = createLayout(layout.spec);
  const asked = keys.flatMap((physical, index) => {
    const beside = besideOf(physical, real);
    return beside === undefined ? [] : [{ beside, index }];
  });
  const warmed: (Warmed | undefined)[] = keys.map(() => undefined);
  const shares = await client.nodesFor(
    asked.map(({ beside }) => beside),
    { reading: true },
  );
  await Promise.all(
    shares.map(async ({ node, indexes }) => {
      const own = indexes.flatMap((position) => asked[position] ?? []);
      const replies = await node.pipeline(own.map(({ beside }) => ['HMGET', beside, ...FIELDS]));
      for (const [position, { index }] of own.entries()) warmed[index] = parse(replies[position]);
    }),
  );
  return warmed;
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

function parse(reply: RedisReply | CachectlError | undefined): Warmed | undefined {
  if (reply instanceof CachectlError) return undefined;
  const [url, fetchedAt, etag, lastModified, storedBytes] = listOf(reply).map((field) =>
    field === null ? undefined : bytesOf(field).toString('utf8'),
  );
  if (url === undefined) return undefined;
  return {
    url,
    fetchedAt,
    etag,
    lastModified,
    storedBytes: storedBytes === undefined ? undefined : Number(storedBytes),
  };
}
