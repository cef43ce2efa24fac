import { matchesGlob } from '../keys/pattern.ts';
import { scanKeys } from '../redis/keyspace.ts';
import type { RedisClient, RedisNode } from '../redis/types.ts';
import type { PhysicalSelection } from './selection.ts';

/** Exact keys are looked at and removed this many at a time. */
const NAMED_BATCH = 1_000;

/** Some keys of one node. */
export interface KeyBatch {
  readonly node: RedisNode;
  readonly keys: readonly Buffer[];
}

/**
 * The selected keys of every node, batch by batch: first the exact ones, whether they exist or not, then
 * those that match, each only under the first pattern that matches it. Memory is that of one batch.
 */
export async function* walkSelection(
  client: RedisClient,
  selection: PhysicalSelection,
  signal: AbortSignal,
): AsyncGenerator<KeyBatch, void, void> {
  for (let start = 0; start < selection.keys.length && !signal.aborted; start += NAMED_BATCH) {
    const keys = selection.keys.slice(start, start + NAMED_BATCH);
    for (const share of await client.nodesFor(keys)) {
      yield { node: share.node, keys: share.indexes.flatMap((index) => keys[index] ?? []) };
    }
  }
  for (const node of await client.primaries()) {
    for (const [index, pattern] of selection.patterns.entries()) {
      const earlier = selection.patterns.slice(0, index);
      for await (const keys of scanKeys(node, { pattern }, signal)) {
        const fresh =
          earlier.length === 0 ? keys : keys.filter((key) => !earlier.some((glob) => matchesGlob(glob, key)));
        if (fresh.length > 0) yield { node, keys: fresh };
      }
    }
  }
}
