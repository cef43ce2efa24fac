import type { RedisClient } from '../../redis/types.ts';

/**
 * All keys that match a physical glob, on every node, batch by batch; a key may come twice.
 * @throws CachectlError where a primary cannot be walked: a source with a part missing would pass for all of it
 */
export async function* walkKeys(
  client: RedisClient,
  pattern: Buffer,
  signal: AbortSignal,
): AsyncGenerator<readonly Buffer[], void, void> {
  const query = { pattern, reading: true };
  const onLost = ({ error }: { readonly error: Error }): never => {
    throw error;
  };
  for await (const { keys } of client.walk(query, signal, onLost)) yield keys;
}
