import type { RedisArgument, RedisCommand } from './types.ts';

/** Commands about a server, not about a key. */
const KEYLESS = new Set(
  (
    'ACL ASKING AUTH BGSAVE CLIENT CLUSTER COMMAND CONFIG DBSIZE ECHO FLUSHALL FLUSHDB FUNCTION HELLO INFO KEYS LASTSAVE ' +
    'LATENCY MONITOR PING PUBLISH RANDOMKEY READONLY READWRITE ROLE SCAN SCRIPT SELECT SENTINEL SLOWLOG TIME WAIT'
  ).split(' '),
);

/** Commands whose first argument says what to do, and whose key comes second. */
const KEY_SECOND = new Set(['OBJECT', 'MEMORY', 'XINFO', 'XGROUP', 'DEBUG', 'BITOP']);

/**
 * The key that decides which node of a cluster a command goes to, for the commands that cachectl sends;
 * `undefined` for those about a server.
 */
export function keyOf([name, ...args]: RedisCommand): Buffer | undefined {
  const upper = name.toUpperCase();
  if (KEYLESS.has(upper)) return undefined;
  if (upper === 'EVAL' || upper === 'EVALSHA' || upper === 'EVAL_RO' || upper === 'FCALL') {
    return Number(args[1]) > 0 ? toBuffer(args[2]) : undefined;
  }
  return toBuffer(KEY_SECOND.has(upper) ? args[1] : args[0]);
}

function toBuffer(argument: RedisArgument | undefined): Buffer | undefined {
  if (argument === undefined) return undefined;
  return Buffer.isBuffer(argument) ? argument : Buffer.from(String(argument));
}
