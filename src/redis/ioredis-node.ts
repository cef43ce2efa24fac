import type { Redis } from 'ioredis';
import { CachectlError } from '../cli/errors.ts';
import { translateRedisError } from './translate-error.ts';
import type { RedisCommand, RedisNode, RedisReply } from './types.ts';
import { within } from './wait.ts';

/** Causes that concern the connection as a whole, not one command. */
const CONNECTION_FAILURES = new Set([
  'redis.refused',
  'redis.reset',
  'redis.timeout',
  'redis.protocol',
  'redis.dns',
  'redis.unreachable',
  'redis.tls',
  'redis.auth',
]);

/** Whether an error concerns the connection as a whole, not one command. */
export function isConnectionFailure(error: CachectlError): boolean {
  return CONNECTION_FAILURES.has(error.code);
}

/** A server behind one ioredis connection; each round trip has the time limit. */
export function ioredisNode(connection: Redis, address: string, timeoutMs: number): RedisNode {
  const pipeline = async (
    commands: readonly RedisCommand[],
  ): Promise<readonly (RedisReply | CachectlError)[]> => {
    if (commands.length === 0) return [];
    const batch = connection.pipeline();
    for (const [name, ...args] of commands) batch.callBuffer(name, ...args);
    let replies: readonly [error: Error | null, reply: unknown][] | null;
    try {
      replies = await within(batch.exec(), timeoutMs);
    } catch (error) {
      throw translateRedisError(error, address);
    }
    return (replies ?? []).map(([error, reply]) => {
      if (error === null) return reply as RedisReply;
      const translated = translateRedisError(error, address);
      if (isConnectionFailure(translated)) throw translated;
      return translated;
    });
  };
  return {
    address,
    pipeline,
    call: async (...command) => {
      const [reply] = await pipeline([command]);
      if (reply instanceof CachectlError) throw reply;
      return reply ?? null;
    },
  };
}
