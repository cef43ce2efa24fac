import { connectRedis } from '../../src/redis/connect.ts';
import { CONNECTION_DEFAULTS, parseRedisUrl } from '../../src/redis/options.ts';
import type { RedisArgument, RedisNode, RedisReply } from '../../src/redis/types.ts';
import { findServer } from '../../src/local-server/find-server.ts';
import { startRedis, type PrivateRedis } from '../../src/local-server/start-redis.ts';

/** The server program that the tests use; global-setup.ts has made sure of it. */
export function serverPath(): string {
  const found = findServer(process.env);
  if (found === undefined) throw new Error('no redis-server: run the tests through npm test');
  return found;
}

/** A private server with a connection of the test's own beside it. */
export interface TestRedis extends PrivateRedis {
  readonly node: RedisNode;
  /** One command on the test's own connection. */
  readonly call: (...command: readonly [string, ...RedisArgument[]]) => Promise<RedisReply>;
  /** All keys, sorted as text. */
  readonly keys: () => Promise<readonly string[]>;
}

/** Starts a server for one test file; call `stop` in afterAll. */
export async function startTestRedis(
  args: readonly string[] = [],
  credentials: { readonly username?: string; readonly password?: string } = {},
): Promise<TestRedis> {
  const server = await startRedis(serverPath(), args);
  const client = await connectRedis(
    {
      ...parseRedisUrl(server.url),
      ...CONNECTION_DEFAULTS,
      connectionName: undefined,
      protected: false,
      username: credentials.username,
      password: credentials.password,
    },
    new AbortController().signal,
    () => undefined,
  );
  const [node] = await client.primaries();
  if (node === undefined) throw new Error('no primary');
  return {
    ...server,
    node,
    call: node.call,
    keys: async () => {
      const reply = await node.call('KEYS', '*');
      return (Array.isArray(reply) ? reply : []).map((key) => String(key)).sort();
    },
    stop: async () => {
      await client.close();
      await server.stop();
    },
  };
}
