import { CachectlError } from '../cli/errors.ts';
import type { KeyBatch, RedisCommand, RedisNode, RedisReply, ScanQuery } from './types.ts';

/** SCAN asks for about this many keys at a time: some 1 ms of the server's time (measured). */
export const SCAN_COUNT = 1_000;

/**
 * The keys of one node that match, batch by batch, with the next SCAN on its way while the caller works
 * on a batch. A key may come twice, as SCAN's guarantees allow; one that exists throughout always comes.
 * Ends early, without an error, once the signal is aborted.
 */
export async function* scanKeys(
  node: RedisNode,
  query: ScanQuery,
  signal: AbortSignal,
): AsyncGenerator<Pick<KeyBatch, 'keys' | 'cursor'>, void, void> {
  const from = query.from?.get(node.address);
  if (from === '0') return;
  const ask = (cursor: string): Promise<readonly [cursor: string, keys: readonly Buffer[]]> => {
    const asked = node
      .call(
        'SCAN',
        cursor,
        ...(query.pattern === undefined ? [] : ['MATCH', query.pattern]),
        'COUNT',
        query.count ?? SCAN_COUNT,
      )
      .then(parseScanReply);
    // It may fail while the caller works on a batch, who hears of it afterwards, or stops and never asks.
    asked.catch(() => undefined);
    return asked;
  };

  let next: ReturnType<typeof ask> | undefined = ask(from ?? '0');
  while (next !== undefined && !signal.aborted) {
    const [cursor, keys]: readonly [string, readonly Buffer[]] = await next;
    next = cursor === '0' ? undefined : ask(cursor);
    const accepted = query.accept === undefined ? keys : keys.filter(query.accept);
    if (accepted.length > 0) yield { keys: accepted, cursor };
  }
}

/** Cursors are unsigned 64-bit numbers: they stay text. */
function parseScanReply(reply: RedisReply): readonly [string, readonly Buffer[]] {
  if (!Array.isArray(reply)) throw new Error('SCAN gave no list');
  const [cursor, keys] = reply as readonly RedisReply[];
  if (!Array.isArray(keys)) throw new Error('SCAN gave no keys');
  return [String(cursor), (keys as readonly RedisReply[]).filter((key) => Buffer.isBuffer(key))];
}

/** What became of keys that were to be removed. */
export interface Removal {
  /** Keys that were there and are gone, as the server counted them. */
  readonly removed: number;
  /**
   * Keys that are gone and were not counted, where a connection was lost before the answer: removed the
   * first time, or never there.
   */
  readonly unconfirmed: number;
}

/**
 * Removes keys that one node owns. UNLINK frees big values in the background; DEL stands in only where the
 * server is too old to know UNLINK (before 4.0).
 */
export async function removeKeys(node: RedisNode, keys: readonly Buffer[]): Promise<Removal> {
  if (keys.length === 0) return { removed: 0, unconfirmed: 0 };
  const before = node.sentAgain();
  const removed = await removeWith('UNLINK', node, keys).catch((error: unknown) => {
    if (!(error instanceof CachectlError && /unknown command/i.test(error.message))) throw error;
    return removeWith('DEL', node, keys);
  });
  return { removed, unconfirmed: node.sentAgain() === before ? 0 : keys.length - removed };
}

/** One command for all where that is allowed; in a cluster one a key, since each may be in another slot. */
async function removeWith(
  command: 'UNLINK' | 'DEL',
  node: RedisNode,
  keys: readonly Buffer[],
): Promise<number> {
  if (node.multiKey) return Number(await node.call(command, ...keys));
  const replies = await node.pipeline(keys.map((key): RedisCommand => [command, key]));
  let removed = 0;
  for (const reply of replies) {
    if (reply instanceof CachectlError) throw reply;
    removed += Number(reply);
  }
  return removed;
}
