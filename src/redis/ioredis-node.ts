import type { Redis } from 'ioredis';
import type { CachectlError } from '../cli/errors.ts';
import { callThrough } from './call-through.ts';
import type { NodeTools } from './node-tools.ts';
import { GRACE_MS } from './patience.ts';
import { isConnectionFailure, translateRedisError } from './translate-error.ts';
import type { RedisCommand, RedisNode, RedisReply } from './types.ts';
import { withinGrace } from './wait.ts';

/** A server behind one open connection; each round trip has the time limit, and is counted. */
export function ioredisNode(
  connection: Redis,
  address: string,
  { timeoutMs, signal, log }: NodeTools,
): RedisNode {
  const pipeline = async (
    commands: readonly RedisCommand[],
  ): Promise<readonly (RedisReply | CachectlError)[]> => {
    if (commands.length === 0) return [];
    log.roundTrip(address, commands.length);
    const batch = connection.pipeline();
    for (const [name, ...args] of commands) batch.callBuffer(name, ...args);
    let replies: readonly [error: Error | null, reply: unknown][] | null;
    try {
      replies = await withinGrace(batch.exec(), timeoutMs, GRACE_MS, signal);
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
  return { address, multiKey: true, pipeline, call: callThrough(pipeline), sentAgain: () => 0 };
}
