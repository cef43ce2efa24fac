import type { Clock } from '../host.ts';
import { VALUE_HEAD_BYTES } from '../keys/recognize.ts';
import type { LostNode, RedisClient } from '../redis/types.ts';

/** How much is looked at. */
export interface SampleLimits {
  readonly keys: number;
  readonly withinMs: number;
}

/** One key that was looked at, with the first bytes of its value where it was one of those that were read. */
export interface SampledKey {
  readonly key: Buffer;
  readonly head: Buffer | undefined;
}

/** What was looked at. */
export interface Sample {
  readonly keys: readonly SampledKey[];
  /** Every key there is was looked at. */
  readonly complete: boolean;
  readonly elapsedMs: number;
  readonly lost: readonly LostNode[];
}

/** Of each batch, the values of so many keys are looked at: values give away more than keys, and cost more. */
const VALUES_PER_BATCH = 50;

/** Walks as far as the limits allow. SCAN's order has nothing to do with names or age, so its start is a fair sample. */
export async function takeSample(
  client: RedisClient,
  limits: SampleLimits,
  clock: Clock,
  signal: AbortSignal,
): Promise<Sample> {
  const startedAt = clock.monotonicMs();
  const seen = new Map<string, SampledKey>();
  const lost: LostNode[] = [];
  const left = (): boolean => seen.size < limits.keys && clock.monotonicMs() - startedAt < limits.withinMs;
  let complete = true;
  for await (const { node, keys } of client.walk({ reading: true }, signal, (node) => lost.push(node))) {
    const fresh = keys.filter((key) => !seen.has(key.toString('latin1'))).slice(0, limits.keys - seen.size);
    const read = fresh.slice(0, VALUES_PER_BATCH);
    // A key of another type answers with an error, which says nothing about the layout.
    const heads = await node.pipeline(read.map((key) => ['GETRANGE', key, 0, VALUE_HEAD_BYTES - 1]));
    for (const [index, key] of fresh.entries()) {
      const head = heads[index];
      seen.set(key.toString('latin1'), { key, head: Buffer.isBuffer(head) ? head : undefined });
    }
    if (!left()) {
      complete = false;
      break;
    }
  }
  if (signal.aborted) complete = false;
  return {
    keys: [...seen.values()],
    complete: complete && lost.length === 0,
    elapsedMs: clock.monotonicMs() - startedAt,
    lost,
  };
}
