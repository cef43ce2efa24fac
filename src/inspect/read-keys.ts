import type { RedisClient, RedisNode } from '../redis/types.ts';
import type { StoredValue } from '../values/shown-value.ts';
import type { KeyState } from './content.ts';
import { readContents, type ReadContent, type ReadRequest } from './read-content.ts';
import { readMetadata, type Metadata } from './read-metadata.ts';

/** A key that gets another type between two questions is asked about again, but not for ever. */
const MOST_ROUNDS = 3;

/**
 * Reads everything about the given physical keys, in their order; two round trips a node, whatever
 * the number of keys.
 * @throws CachectlError where Redis cannot be reached, or refuses more than optional fields
 */
export async function readKeys(
  client: RedisClient,
  keys: readonly Buffer[],
  request: ReadRequest,
): Promise<readonly KeyState<StoredValue>[]> {
  const states: KeyState<StoredValue>[] = keys.map(() => ({ exists: false }));
  let pending: readonly number[] = [...keys.keys()];
  for (let round = 1; pending.length > 0 && round <= MOST_ROUNDS; round++) {
    const asked = pending.flatMap((index) => {
      const key = keys[index];
      return key === undefined ? [] : [{ key, index }];
    });
    const changed: number[] = [];
    const shares = await client.nodesFor(asked.map(({ key }) => key));
    await Promise.all(
      shares.map(async ({ node, indexes }) => {
        const own = indexes.flatMap((position) => asked[position] ?? []);
        const results = await readShare(
          node,
          own.map(({ key }) => key),
          request,
        );
        for (const [position, { index }] of own.entries()) {
          const result = results[position];
          if (result === undefined) continue;
          states[index] = result.state;
          if (result.changed) changed.push(index);
        }
      }),
    );
    pending = changed;
  }
  return states;
}

async function readShare(
  node: RedisNode,
  keys: readonly Buffer[],
  request: ReadRequest,
): Promise<readonly { readonly state: KeyState<StoredValue>; readonly changed: boolean }[]> {
  const metadata = await readMetadata(node, keys);
  const nowMs = request.clock.now();
  const present = keys.flatMap((key, index) => {
    const about = metadata[index];
    return about === undefined ? [] : [{ key, type: about.type, index }];
  });
  const contents = await readContents(node, present, request);
  const contentOf = new Map(present.map(({ index }, position) => [index, contents[position]]));
  return keys.map((_, index) => {
    const content = contentOf.get(index);
    return { state: stateOf(metadata[index], content, nowMs), changed: content?.kind === 'changed' };
  });
}

function stateOf(
  metadata: Metadata | undefined,
  content: ReadContent | undefined,
  nowMs: number,
): KeyState<StoredValue> {
  if (metadata === undefined || content === undefined || content.kind === 'gone') return { exists: false };
  const read = content.kind === 'read' ? content : { length: undefined, content: undefined };
  return {
    exists: true,
    ...metadata,
    expiresAtMs: metadata.ttlMs === undefined ? undefined : nowMs + metadata.ttlMs,
    length: read.length,
    content: read.content,
  };
}
