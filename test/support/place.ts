import type { CachectlError } from '../../src/cli/errors.ts';
import type { RedisClient, RedisCommand, RedisReply } from '../../src/redis/types.ts';
import { startTestCluster } from './cluster.ts';
import { connectTo, startTestRedis } from './redis.ts';

/** A Redis of either kind for tests that must hold on both. */
export interface Place {
  readonly url: string;
  readonly client: RedisClient;
  /** Commands with a key each, sent to whoever owns it; the replies in the same order. */
  readonly send: (
    commands: readonly (readonly [
      name: string,
      key: Buffer | string,
      ...rest: (Buffer | string | number)[],
    ])[],
  ) => Promise<readonly (RedisReply | CachectlError)[]>;
  /** All keys, sorted by their bytes; asked with KEYS, and so not through what is tested. */
  readonly keys: () => Promise<readonly Buffer[]>;
  readonly flush: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Where everything has to hold. */
export const PLACE_KINDS = ['single', 'cluster'] as const;

/** Starts a Redis of this kind; call `stop` in afterAll. */
export async function startPlace(
  kind: (typeof PLACE_KINDS)[number],
  args: readonly string[] = [],
): Promise<Place> {
  const server = kind === 'single' ? await startTestRedis(args) : await startTestCluster({ args });
  const client = await connectTo(server.url);
  return {
    url: server.url,
    client,
    send: async (commands) => {
      const keys = commands.map(([, key]) => (typeof key === 'string' ? Buffer.from(key) : key));
      const replies = new Array<RedisReply | CachectlError>(commands.length).fill(null);
      for (const { node, indexes } of await client.nodesFor(keys)) {
        const share = indexes.map((index): RedisCommand => commands[index] ?? ['PING']);
        const answers = await node.pipeline(share);
        for (const [position, index] of indexes.entries()) replies[index] = answers[position] ?? null;
      }
      return replies;
    },
    keys: async () => {
      const lists = await Promise.all((await client.primaries()).map((node) => node.call('KEYS', '*')));
      return lists
        .flatMap((list) => (Array.isArray(list) ? (list as Buffer[]) : []))
        .sort((a, b) => Buffer.compare(a, b));
    },
    flush: async () => {
      for (const node of await client.primaries()) await node.call('FLUSHALL');
    },
    stop: async () => {
      await client.close();
      await server.stop();
    },
  };
}
