import { scanKeys } from '../../redis/keyspace.ts';
import type { RedisClient } from '../../redis/types.ts';

/** All keys that match a physical glob, on every node, batch by batch; a key may come twice. */
export async function* walkKeys(
  client: RedisClient,
  pattern: Buffer,
  signal: AbortSignal,
): AsyncGenerator<readonly Buffer[], void, void> {
  for (const node of await client.primaries()) yield* scanKeys(node, { pattern }, signal);
}
