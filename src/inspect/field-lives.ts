import type { CachectlError } from '../cli/errors.ts';
import type { RedisCommand, RedisNode, RedisReply } from '../redis/types.ts';
import { listOf, optionalNumber } from './reply.ts';

/** One command is about so many fields: the server does nothing else meanwhile. */
const MOST_FIELDS = 1_000;

/**
 * The commands that ask how long fields of a hash live. Redis has them from 7.4 on, Valkey from 9.0.
 * Source: https://redis.io/docs/latest/commands/hpttl/
 */
export function fieldLifeCommands(key: Buffer, fields: readonly Buffer[]): readonly RedisCommand[] {
  const commands: RedisCommand[] = [];
  for (let from = 0; from < fields.length; from += MOST_FIELDS) {
    const some = fields.slice(from, from + MOST_FIELDS);
    commands.push(['HPTTL', key, 'FIELDS', some.length, ...some]);
  }
  return commands;
}

/**
 * Milliseconds to live from the replies to {@link fieldLifeCommands}, in the order of the fields; `undefined` for a field
 * that never expires, for one that is gone, and for all of them where a server or user knows no such command.
 */
export function parseFieldLives(
  replies: readonly (RedisReply | CachectlError)[],
): readonly (number | undefined)[] {
  return replies.flatMap((reply) =>
    Array.isArray(reply)
      ? listOf(reply as RedisReply).map((life) => {
          const ms = optionalNumber(life);
          // -1: no expiry; -2: no such field, it expired since it was read.
          return ms === undefined || ms < 0 ? undefined : ms;
        })
      : Array.from({ length: MOST_FIELDS }, () => undefined),
  );
}

/** How long fields of a hash live, in their order. @throws CachectlError where the connection fails */
export async function readFieldLives(
  node: RedisNode,
  key: Buffer,
  fields: readonly Buffer[],
): Promise<readonly (number | undefined)[]> {
  return fields.length === 0 ? [] : parseFieldLives(await node.pipeline(fieldLifeCommands(key, fields)));
}
