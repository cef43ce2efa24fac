import { CachectlError } from '../cli/errors.ts';
import type { LostNode, RedisClient } from '../redis/types.ts';
import type { BoundSelection } from '../selection/bind.ts';
import { BreakdownCounter, type Breakdown } from '../selection/breakdown.ts';
import { askFacts } from '../selection/facts.ts';
import { walkSelection, type SelectedBatch, type WalkOptions } from '../selection/walk.ts';

/** Keys shown as an example of what would go. */
export const SAMPLE_SIZE = 10;
/** Type, life and size are asked of all keys up to here, and of some in each batch from here on. */
const LOOK_AT_ALL = 5_000;
const LOOK_AT_EACH_BATCH = 20;

/** What a clear would remove, found without removing anything. */
export interface ClearPlan {
  /** Existing keys that are selected. */
  readonly matched: number;
  /** Some of them, physical. */
  readonly sample: readonly Buffer[];
  readonly breakdown: Breakdown;
  /** Primaries that could not be looked at. */
  readonly lost: readonly LostNode[];
}

/** How to count. */
export interface PlanOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (matched: number) => void;
  /** Told of all keys, batch by batch. */
  readonly onKeys?: (keys: readonly Buffer[]) => Promise<void>;
}

/** Counts the selection; zero writes. */
export async function planClear(
  client: RedisClient,
  bound: BoundSelection,
  { signal, onProgress, onKeys }: PlanOptions,
): Promise<ClearPlan> {
  let matched = 0;
  const sample: Buffer[] = [];
  const lost: LostNode[] = [];
  const counter = new BreakdownCounter(bound.layout);
  const walk: WalkOptions = {
    signal,
    reading: true,
    existing: true,
    // Whoever wants the keys themselves must not miss any.
    each: onKeys === undefined ? 'once' : undefined,
    onLost: (node) => lost.push(node),
  };
  for await (const batch of walkSelection(client, bound, walk)) {
    const { keys } = batch;
    for (const key of keys) counter.name(key);
    await lookAt(batch, matched < LOOK_AT_ALL ? LOOK_AT_ALL - matched : LOOK_AT_EACH_BATCH, counter);
    matched += keys.length;
    if (sample.length < SAMPLE_SIZE) sample.push(...keys.slice(0, SAMPLE_SIZE - sample.length));
    await onKeys?.(keys);
    onProgress(matched);
  }
  return { matched, sample, breakdown: counter.result(), lost };
}

async function lookAt(batch: SelectedBatch, count: number, counter: BreakdownCounter): Promise<void> {
  const some = batch.keys.slice(0, count);
  try {
    for (const facts of await askFacts(batch.node.pipeline, some, [], ['type', 'ttl', 'size']))
      counter.facts(facts);
  } catch (error) {
    // A user who may remove keys and not look at them gets the count alone.
    if (!(error instanceof CachectlError && error.code === 'redis.permission')) throw error;
  }
}

/** Counts no further than to one more than the most: whether there are too many is all that is asked. */
export async function countUpTo(
  client: RedisClient,
  bound: BoundSelection,
  most: number,
  signal: AbortSignal,
): Promise<number> {
  let matched = 0;
  const walk: WalkOptions = {
    signal,
    reading: false,
    existing: true,
    each: 'once',
    onLost: () => undefined,
  };
  for await (const { keys } of walkSelection(client, bound, walk)) {
    matched += keys.length;
    if (matched > most) break;
  }
  return matched;
}
