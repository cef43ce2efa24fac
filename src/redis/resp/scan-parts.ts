import type { ServerInfo } from '../info.ts';

/**
 * Several cursors at once through one table. SCAN counts its cursor upward from the highest bit of the
 * table's index to the lowest (dict.c, dictScan), so that the lowest bits change last: a cursor that starts
 * at 5 goes through all buckets whose index ends in the bits of 5 before it comes to any other. Eight
 * cursors that start at 0 to 7 so share the table, each being done when it comes back as 0 or with other
 * low bits, and this holds while the table grows or shrinks, for the same reason as SCAN's own guarantee.
 * It spares the server a quarter of its work (it finds several requests at once) and hides the network.
 * But it rests on how the server lays out its cursor, which nobody has promised.
 */

/** Below this many keys one cursor is as good. */
const WORTH_IT_KEYS = 100_000;

/** Whether a cursor has left the part of the table that it started in. `parts` is a power of two. */
export function isPastPart(first: string, cursor: string, parts: number): boolean {
  // A decimal number's remainder by a power of two up to 8 is that of its last three digits.
  return Number(cursor.slice(-3)) % parts !== Number(first);
}

/**
 * Whether several cursors may be used: only on a single server that is Redis itself, of a generation whose
 * cursor is known, and where it pays.
 */
export function allowsSeveralCursors(info: ServerInfo, keyCount: number): boolean {
  return keyCount >= WORTH_IT_KEYS && info.get('redis_mode') === 'standalone' && hasKnownCursor(info);
}

/**
 * Whether a server is Redis itself, of a generation that has one table for a database and counts its cursor as
 * said above. Look-alikes call themselves redis_version too, and name themselves in a field of their own.
 */
export function hasKnownCursor(info: ServerInfo): boolean {
  const lookAlike = [...info.keys()].some(
    (name) => name.endsWith('_version') && name !== 'redis_version' && name !== 'gcc_version',
  );
  // Every build of Redis itself has these; proxies and services that imitate INFO leave them out.
  const isRedis =
    /\/redis-server$/.test(info.get('executable') ?? '') &&
    /^[0-9a-f]+$/.test(info.get('redis_build_id') ?? '');
  return isRedis && !lookAlike && /^[567]\./.test(info.get('redis_version') ?? '');
}
