import type { RedisReply } from '../redis/types.ts';

/** An entry of a stream. */
export interface StreamEntry {
  /** `1526919030474-0`: milliseconds since 1970 and a number within them. */
  readonly id: string;
  /** Name and value in turns. */
  readonly fields: readonly Buffer[];
}

/** The entries of a reply of XRANGE, XREVRANGE, XCLAIM or of one stream of XREADGROUP; those that are gone (nil) are left out. */
export function entriesOf(reply: readonly RedisReply[]): readonly StreamEntry[] {
  return reply.flatMap((entry) => {
    const [id, fields] = listOf(entry);
    if (id === undefined || id === null || !Array.isArray(fields)) return [];
    return [{ id: String(id), fields: listOf(fields).map(bytesOf) }];
  });
}

/** A reply that is a list; anything else is none. */
export function listOf(reply: RedisReply): readonly RedisReply[] {
  return Array.isArray(reply) ? (reply as readonly RedisReply[]) : [];
}

/** A reply of names and values in turns, or a map. */
export function fieldsOf(reply: RedisReply): ReadonlyMap<string, RedisReply> {
  const flat = listOf(reply);
  return new Map(
    flat.flatMap((name, index) =>
      index % 2 === 0 ? [[String(name), flat[index + 1] ?? null] as const] : [],
    ),
  );
}

function bytesOf(reply: RedisReply): Buffer {
  return Buffer.isBuffer(reply) ? reply : Buffer.from(String(reply));
}
