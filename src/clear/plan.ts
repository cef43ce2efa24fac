import { CachectlError } from '../cli/errors.ts';
import type { LostNode, RedisClient } from '../redis/types.ts';
import type { PhysicalSelection } from './selection.ts';
import { walkSelection, type WalkOptions } from './walk.ts';

/** Keys shown as an example of what would go. */
export const SAMPLE_SIZE = 10;

/** What a clear would remove, found without removing anything. */
export interface ClearPlan {
  /** Existing keys that are selected. */
  readonly matched: number;
  /** Some of them, physical. */
  readonly sample: readonly Buffer[];
  /** Primaries that could not be looked at. */
  readonly lost: readonly LostNode[];
}

/** Counts the selection; zero writes. */
export async function planClear(
  client: RedisClient,
  selection: PhysicalSelection,
  signal: AbortSignal,
  onProgress: (matched: number) => void,
): Promise<ClearPlan> {
  let matched = 0;
  const sample: Buffer[] = [];
  const lost: LostNode[] = [];
  const walk: WalkOptions = { signal, reading: true, onLost: (node) => lost.push(node) };
  const isNamed = new Set(selection.keys.map((key) => key.toString('latin1')));
  for await (const { node, keys } of walkSelection(client, { keys: selection.keys, patterns: [] }, walk)) {
    const replies = await node.pipeline(keys.map((key) => ['EXISTS', key]));
    for (const [index, key] of keys.entries()) {
      const reply = replies[index];
      if (reply instanceof CachectlError) throw reply;
      if (reply !== 1) continue;
      matched++;
      if (sample.length < SAMPLE_SIZE) sample.push(key);
    }
  }
  for await (const { keys } of walkSelection(client, { keys: [], patterns: selection.patterns }, walk)) {
    const fresh = isNamed.size === 0 ? keys : keys.filter((key) => !isNamed.has(key.toString('latin1')));
    matched += fresh.length;
    if (sample.length < SAMPLE_SIZE) sample.push(...fresh.slice(0, SAMPLE_SIZE - sample.length));
    onProgress(matched);
  }
  return { matched, sample, lost };
}
