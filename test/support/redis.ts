import { setMaxListeners } from 'node:events';
import path from 'node:path';
import { Readable } from 'node:stream';
import { connectRedis } from '../../src/redis/connect.ts';
import { createConnectionLog } from '../../src/redis/connection-log.ts';
import { CONNECTION_DEFAULTS, type RedisOptions } from '../../src/redis/options.ts';
import { parseRedisUrl } from '../../src/redis/url.ts';
import type { RedisArgument, RedisClient, RedisNode, RedisReply } from '../../src/redis/types.ts';
import { findProgram, findServer } from '../../src/local-server/find-server.ts';
import { startRedis, type PrivateRedis } from '../../src/local-server/start-redis.ts';
import { deadPort } from './dead-port.ts';

let chosen: string | undefined;

/** Lets everything that is started from now on be this server program. */
export function useServer(program: string): void {
  chosen = program;
}

/** The server program that the tests use; global-setup.ts has made sure of it. */
export function serverPath(): string {
  const found = chosen ?? findServer(process.env);
  if (found === undefined) throw new Error('no redis-server: run the tests through npm test');
  return found;
}

/**
 * Every server program that the suite of topologies runs against: the usual one, `redis-server` and
 * `valkey-server` on PATH, and those that CACHECTL_TEST_SERVERS lists, separated as PATH is.
 */
export function serverPaths(): readonly string[] {
  const named = (process.env['CACHECTL_TEST_SERVERS'] ?? '').split(path.delimiter);
  const found = ['redis-server', 'valkey-server'].map((name) => findProgram(name, process.env));
  const all = [findServer(process.env), ...found, ...named];
  return [...new Set(all.flatMap((program) => (program === undefined || program === '' ? [] : [program])))];
}

/** A private server with a connection of the test's own beside it. */
export interface TestRedis extends PrivateRedis {
  readonly node: RedisNode;
  /** One command on the test's own connection. */
  readonly call: (...command: readonly [string, ...RedisArgument[]]) => Promise<RedisReply>;
  /** All keys, sorted as text. */
  readonly keys: () => Promise<readonly string[]>;
  /** All keys but those that cachectl keeps beside its entries: what `warm` remembers, and the sets of tags. */
  readonly entryKeys: () => Promise<readonly string[]>;
}

/** A connection of the test's own to any URL. */
export function connectTo(
  url: string,
  changes: { readonly username?: string; readonly password?: string } & Partial<
    Pick<RedisOptions, 'tls'>
  > = {},
): Promise<RedisClient> {
  const { topology, database, username, password } = parseRedisUrl(url);
  const given = changes.password ?? password;
  const { signal } = new AbortController();
  // A test may have as many commands under way as it likes.
  setMaxListeners(0, signal);
  return connectRedis(
    {
      ...CONNECTION_DEFAULTS,
      topology,
      database,
      tls: changes.tls,
      connectionName: undefined,
      protected: false,
      username: changes.username ?? username,
      password: given === undefined ? { kind: 'none' } : { kind: 'given', password: given },
      sentinelUsername: undefined,
      sentinelPassword: { kind: 'none' },
      natMap: new Map(),
    },
    {
      signal,
      log: createConnectionLog(() => undefined),
      now: () => performance.now(),
      secrets: {
        stdin: Readable.from([]),
        env: process.env,
        cwd: '/',
        canAsk: false,
        askSecret: () => Promise.resolve(undefined),
        signal,
      },
    },
  );
}

/** Starts a server that ends in the middle of a test: nobody else's takes its port afterwards. */
export function startDoomedRedis(): Promise<TestRedis> {
  return startTestRedis([], {}, deadPort);
}

/** Starts a server for one test file; call `stop` in afterAll. */
export async function startTestRedis(
  args: Parameters<typeof startRedis>[1] = [],
  credentials: { readonly username?: string; readonly password?: string } = {},
  findPort?: () => Promise<number>,
): Promise<TestRedis> {
  const server = await startRedis(serverPath(), args, findPort);
  const client = await connectTo(server.url, credentials);
  const [node] = await client.primaries();
  if (node === undefined) throw new Error('no primary');
  const keys = async (): Promise<readonly string[]> => {
    const reply = await node.call('KEYS', '*');
    return (Array.isArray(reply) ? reply : []).map((key) => String(key)).sort();
  };
  return {
    ...server,
    node,
    call: node.call,
    keys,
    entryKeys: async () => (await keys()).filter((key) => !/cachectl:(warm|tag):/.test(key)),
    stop: async () => {
      await client.close();
      await server.stop();
    },
  };
}
