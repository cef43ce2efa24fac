import type { Context } from '../cli/context.ts';
import type { BulkChannel } from '../redis/bulk-channel.ts';
import { encodeForKeys, keyCommand } from '../redis/resp/encode.ts';
import type { KeyBatch, LostNode, RedisClient, RedisNode } from '../redis/types.ts';
import { addExpiry } from './expiries.ts';
import type { GroupCounts } from './group-counts.ts';

const NO_TTL = -1;
const GONE = -2;
/** MEMORY USAGE looks at five elements of a collection unless told otherwise, so that big ones cost no more. */
const QUESTIONS = [keyCommand(['PTTL']), keyCommand(['MEMORY', 'USAGE'])];
const KEYS_IN_A_STEP = 500;

/** What a walk over all keys was. */
export interface KeyCount {
  readonly keys: number;
  readonly elapsedMs: number;
  readonly lost: readonly LostNode[];
}

/**
 * Counts the keys of every group with their memory and whether they expire. A key that SCAN gives twice while
 * the table shrinks is counted twice; one of a slot that moves is not, and a key that expires meanwhile is not counted.
 * @throws CachectlError
 */
export async function countKeys(
  client: RedisClient,
  counts: GroupCounts,
  context: Context,
): Promise<KeyCount> {
  const { host, signal } = context;
  const startedAt = host.clock.monotonicMs();
  const progress = context.progress({ label: 'counting', unit: 'keys' });
  const lost: LostNode[] = [];
  const channels = new Map<string, Promise<BulkChannel>>();
  let keys = 0;
  try {
    const query = { count: KEYS_IN_A_STEP, each: 'once' } as const;
    for await (const batch of client.walk(query, signal, (node) => lost.push(node))) {
      keys += await countBatch(batch, counts, channels);
      progress.update(keys);
    }
    return { keys, elapsedMs: host.clock.monotonicMs() - startedAt, lost };
  } finally {
    progress.stop();
    for (const channel of channels.values()) void channel.then((open) => open.close()).catch(() => undefined);
  }
}

async function countBatch(
  { node, keys }: KeyBatch,
  counts: GroupCounts,
  channels: Map<string, Promise<BulkChannel>>,
): Promise<number> {
  const replies = await ask(node, keys, channels);
  let counted = 0;
  for (const [index, key] of keys.entries()) {
    const { ttlMs, bytes } = replies(index);
    if (ttlMs === GONE) continue;
    const group = counts.of(key);
    group.keys++;
    group.memoryBytes += bytes;
    if (ttlMs === NO_TTL) group.keysWithoutTtl++;
    else addExpiry(group.expiries, ttlMs / 1_000);
    counted++;
  }
  return counted;
}

type Facts = (index: number) => { readonly ttlMs: number; readonly bytes: number };

async function ask(
  node: RedisNode,
  keys: readonly Buffer[],
  channels: Map<string, Promise<BulkChannel>>,
): Promise<Facts> {
  if (node.bulk !== undefined) {
    const opened = channels.get(node.address) ?? node.bulk();
    channels.set(node.address, opened);
    const channel = await opened.catch(() => undefined);
    const batch = await channel
      ?.pipeline(encodeForKeys(QUESTIONS, keys), QUESTIONS.length * keys.length)
      .catch(() => undefined);
    if (batch !== undefined && !keys.some((_, index) => batch.isError(2 * index))) {
      return (index) => ({
        ttlMs: batch.integer(2 * index) ?? GONE,
        bytes: batch.integer(2 * index + 1) ?? 0,
      });
    }
    channels.delete(node.address);
  }
  // The channel was lost, or slots have moved: the node's own connection follows both.
  const replies = await node.pipeline(
    keys.flatMap((key) => [['PTTL', key] as const, ['MEMORY', 'USAGE', key] as const]),
  );
  const number = (reply: unknown): number | undefined => (typeof reply === 'number' ? reply : undefined);
  return (index) => ({
    ttlMs: number(replies[2 * index]) ?? GONE,
    bytes: number(replies[2 * index + 1]) ?? 0,
  });
}
