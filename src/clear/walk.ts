import { matchesGlob } from '../keys/pattern.ts';
import type { KeyBatch, LostNode, RedisClient } from '../redis/types.ts';
import type { PhysicalSelection } from './selection.ts';

/** Exact keys are looked at and removed this many at a time. */
const NAMED_BATCH = 1_000;

/** How a selection is walked. */
export interface WalkOptions {
  readonly signal: AbortSignal;
  /** Whether nothing will be written: then a replica will do. */
  readonly reading: boolean;
  /** Told of each primary that cannot be walked. */
  readonly onLost: (lost: LostNode) => void;
}

/**
 * The selected keys of every node, batch by batch: first the exact ones and those that sets name,
 * whether they exist or not, then those that match, each only under the first pattern that matches it. Memory is that of one batch.
 */
export async function* walkSelection(
  client: RedisClient,
  selection: PhysicalSelection,
  walk: WalkOptions,
): AsyncGenerator<KeyBatch, void, void> {
  const { signal, reading, onLost } = walk;
  for (let start = 0; start < selection.keys.length && !signal.aborted; start += NAMED_BATCH) {
    const keys = selection.keys.slice(start, start + NAMED_BATCH);
    for (const share of await client.nodesFor(keys, { reading })) {
      yield { node: share.node, keys: share.indexes.flatMap((index) => keys[index] ?? []) };
    }
  }
  for (const members of selection.members) {
    for await (const keys of members()) {
      for (const share of await client.nodesFor(keys, { reading })) {
        yield { node: share.node, keys: share.indexes.flatMap((index) => keys[index] ?? []) };
      }
    }
  }
  for (const [index, pattern] of selection.patterns.entries()) {
    const earlier = selection.patterns.slice(0, index);
    for await (const { node, keys } of client.walk({ pattern, reading }, signal, onLost)) {
      const fresh =
        earlier.length === 0 ? keys : keys.filter((key) => !earlier.some((glob) => matchesGlob(glob, key)));
      if (fresh.length > 0) yield { node, keys: fresh };
    }
  }
}
