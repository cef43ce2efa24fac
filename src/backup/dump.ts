import { CachectlError } from '../cli/errors.ts';
import type { RedisCommand, RedisNode } from '../redis/types.ts';
import type { BackupRecord } from './format.ts';

/** Values of about so many bytes are in memory at a time; a larger one is alone. */
const MOST_BYTES_AT_ONCE = 8 * 1024 * 1024;
const MOST_KEYS_AT_ONCE = 500;

/** How a server tells when a key expires. */
export interface ExpiryReading {
  /** PEXPIRETIME came with Redis 7; before it, PTTL is added to the server's own clock. */
  hasExpireTime: boolean;
}

/**
 * The keys of one node as records, in groups that are small in memory; keys that are not there are left out.
 * @throws CachectlError where the server refuses
 */
export async function* dumpKeys(
  node: RedisNode,
  keys: readonly Buffer[],
  reading: ExpiryReading,
): AsyncGenerator<readonly BackupRecord[], void, void> {
  for await (const group of groupsBySize(node, keys)) {
    const records = await dumpGroup(node, group, reading);
    if (records.length > 0) yield records;
  }
}

/** Asked for beforehand, because a thousand values of ten megabytes must not come in one reply. */
async function* groupsBySize(
  node: RedisNode,
  keys: readonly Buffer[],
): AsyncGenerator<readonly Buffer[], void, void> {
  const sizes = await node.pipeline(keys.map((key): RedisCommand => ['MEMORY', 'USAGE', key]));
  let group: Buffer[] = [];
  let bytes = 0;
  for (const [index, key] of keys.entries()) {
    const size = sizes[index];
    const keyBytes = typeof size === 'number' ? size : 0;
    if (group.length > 0 && (bytes + keyBytes > MOST_BYTES_AT_ONCE || group.length >= MOST_KEYS_AT_ONCE)) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(key);
    bytes += keyBytes;
  }
  if (group.length > 0) yield group;
}

async function dumpGroup(
  node: RedisNode,
  keys: readonly Buffer[],
  reading: ExpiryReading,
): Promise<readonly BackupRecord[]> {
  const expiryCommand = reading.hasExpireTime ? 'PEXPIRETIME' : 'PTTL';
  const [time, ...replies] = await node.pipeline([
    ['TIME'],
    ...keys.flatMap((key): readonly RedisCommand[] => [
      ['TYPE', key],
      [expiryCommand, key],
      ['DUMP', key],
    ]),
  ]);
  if (replies[1] instanceof CachectlError && /unknown command/i.test(replies[1].message)) {
    if (!reading.hasExpireTime) throw replies[1];
    reading.hasExpireTime = false;
    return dumpGroup(node, keys, reading);
  }
  const serverMs = Array.isArray(time) ? Number(time[0]) * 1_000 + Number(time[1]) / 1_000 : 0;
  const records: BackupRecord[] = [];
  for (const [index, key] of keys.entries()) {
    const [type, expiry, dump] = replies.slice(index * 3, index * 3 + 3);
    for (const reply of [type, expiry, dump]) if (reply instanceof CachectlError) throw reply;
    if (!Buffer.isBuffer(dump)) continue;
    const ms = Number(expiry);
    const expiresAtMs = ms < 0 ? undefined : reading.hasExpireTime ? ms : Math.round(serverMs + ms);
    records.push({ key, type: String(type), expiresAtMs, dump });
  }
  return records;
}
