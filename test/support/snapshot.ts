import { createHash } from 'node:crypto';
import type { RedisReply } from '../../src/redis/types.ts';
import type { Place } from './place.ts';

/** What is under a key, in a form that is the same wherever the same is stored; content is a digest. */
export interface Snapshot {
  readonly content: string;
  /** Milliseconds since the epoch; -1 for a key that never expires. */
  readonly expiresAtMs: number;
}

/**
 * All keys with what is under them: DUMP's bytes, and for hash tables, whose order is the server's own secret, the
 * sorted members.
 */
export async function snapshot(place: Place): Promise<ReadonlyMap<string, Snapshot>> {
  const keys = await place.keys();
  const all = new Map<string, Snapshot>();
  for (let start = 0; start < keys.length; start += 2_000) {
    const some = keys.slice(start, start + 2_000);
    const types = (await place.send(some.map((key) => ['TYPE', key]))).map(String);
    const expiries = await place.send(some.map((key) => ['PEXPIRETIME', key]));
    const contents = await place.send(
      some.map((key, index) => {
        if (types[index] === 'set') return ['SMEMBERS', key];
        return [types[index] === 'hash' ? 'HGETALL' : 'DUMP', key];
      }),
    );
    for (const [index, key] of some.entries()) {
      const content = `${types[index] ?? ''} ${canonical(contents[index] as RedisReply, types[index])}`;
      all.set(key.toString('latin1'), { content, expiresAtMs: Number(expiries[index]) });
    }
  }
  return all;
}

function canonical(reply: RedisReply, type: string | undefined): string {
  if (!Array.isArray(reply)) return Buffer.isBuffer(reply) ? digest(reply) : String(reply);
  const items = (reply as readonly Buffer[]).map((item) => item.toString('base64'));
  if (type === 'set') return digest(items.sort().join(' '));
  const pairs = items.flatMap((item, index) =>
    index % 2 === 0 ? [`${item}=${items[index + 1] ?? ''}`] : [],
  );
  return digest(pairs.sort().join(' '));
}

function digest(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('base64');
}
