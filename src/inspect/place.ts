import type { RedisClient } from '../redis/types.ts';
import { optionalNumber } from './reply.ts';

/** Where a key lives. */
export interface Place {
  /** `host:port` of the server that owns it, or the socket's path. */
  readonly node: string;
  /** Of a cluster, 0 to 16383; `undefined` elsewhere, and where the server does not tell. */
  readonly slot: number | undefined;
}

/** The places of keys, in their order. @throws CachectlError where the connection fails */
export async function readPlaces(
  client: RedisClient,
  keys: readonly Buffer[],
): Promise<readonly (Place | undefined)[]> {
  const places: (Place | undefined)[] = keys.map(() => undefined);
  await Promise.all(
    (await client.nodesFor(keys)).map(async ({ node, indexes }) => {
      const own = indexes.flatMap((index) => keys[index] ?? []);
      const slots =
        client.kind === 'cluster' ? await node.pipeline(own.map((key) => ['CLUSTER', 'KEYSLOT', key])) : [];
      for (const [position, index] of indexes.entries())
        places[index] = { node: node.address, slot: optionalNumber(slots[position]) };
    }),
  );
  return places;
}
