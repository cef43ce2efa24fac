import type { RedisClient, RedisReply } from '../redis/types.ts';
import { askFacts } from '../selection/facts.ts';

/** So many members are looked at in one step. */
const COUNT = 1_000;

/** A key in a tag's set, and what became of it. */
export interface TaggedKey {
  readonly key: Buffer;
  /** When it was going to expire as it was tagged: ms since the epoch. */
  readonly score: number;
  /** `undefined`: it is gone. Otherwise milliseconds left, infinite where it never expires. */
  readonly lifeMs: number | undefined;
}

/** Members of a set with their scores, batch by batch. A member may come twice, as ZSCAN guarantees no more. */
export async function* scanSet(
  client: RedisClient,
  set: Buffer,
  signal: AbortSignal,
): AsyncGenerator<readonly Pick<TaggedKey, 'key' | 'score'>[], void, void> {
  const [share] = await client.nodesFor([set]);
  if (share === undefined) return;
  let cursor = '0';
  do {
    if (signal.aborted) return;
    const reply: RedisReply = await share.node.call('ZSCAN', set, cursor, 'COUNT', COUNT);
    const [next, items] = listOf(reply);
    cursor = String(next ?? '0');
    const members = pairs(listOf(items ?? null));
    if (members.length > 0) yield members;
  } while (cursor !== '0');
}

/** The same, each with what is left of its key. */
export async function* examineSet(
  client: RedisClient,
  set: Buffer,
  signal: AbortSignal,
): AsyncGenerator<readonly TaggedKey[], void, void> {
  for await (const members of scanSet(client, set, signal)) {
    const lives = await livesOf(
      client,
      members.map(({ key }) => key),
    );
    yield members.map((member, index) => ({ ...member, lifeMs: lives[index] }));
  }
}

/** How long keys still live, in their order: ms, infinite without an end, `undefined` where they are gone. */
export async function livesOf(
  client: RedisClient,
  keys: readonly Buffer[],
): Promise<readonly (number | undefined)[]> {
  const lives = new Map<string, number>();
  for (const { node, indexes } of await client.nodesFor(keys)) {
    const share = indexes.flatMap((index) => keys[index] ?? []);
    for (const { key, ttlMs } of await askFacts(node.pipeline, share, [], ['ttl'])) {
      lives.set(key.toString('latin1'), ttlMs ?? Infinity);
    }
  }
  return keys.map((key) => lives.get(key.toString('latin1')));
}

function pairs(items: readonly RedisReply[]): readonly Pick<TaggedKey, 'key' | 'score'>[] {
  return items.flatMap((item, index) =>
    index % 2 === 0 && Buffer.isBuffer(item) ? [{ key: item, score: Number(items[index + 1]) }] : [],
  );
}

function listOf(reply: RedisReply): readonly RedisReply[] {
  return Array.isArray(reply) ? (reply as readonly RedisReply[]) : [];
}
