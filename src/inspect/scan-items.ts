import type { RedisNode, RedisReply } from '../redis/types.ts';
import type { ValueLimits } from './options.ts';
import { bytesOf, listOf } from './reply.ts';

/** A table that shrank is mostly empty, and a scan of it comes back with nothing: go on for so many calls. */
const MOST_CALLS = 50;
const FURTHER_COUNT = 1_000;

/**
 * The first items of a hash or set, by cursor and so in bounded steps, each once: a scan may give an item
 * twice while the table is being resized. A hash gives field and value in turn.
 * @param first the reply to the first call of the same command
 */
export async function completeScan(
  command: 'HSCAN' | 'SSCAN',
  first: RedisReply,
  about: {
    readonly node: RedisNode;
    readonly key: Buffer;
    readonly length: number;
    readonly limits: ValueLimits;
  },
): Promise<readonly RedisReply[]> {
  const width = command === 'HSCAN' ? 2 : 1;
  const wanted = Math.min(about.limits.maxItems, about.length);
  const seen = new Set<string>();
  const items: RedisReply[] = [];
  let reply = first;
  for (let calls = 1; ; calls++) {
    const [cursor, found] = listOf(reply);
    const list = listOf(found);
    for (let index = 0; index < list.length && seen.size < about.limits.maxItems; index += width) {
      const name = bytesOf(list[index]).toString('latin1');
      if (seen.has(name)) continue;
      seen.add(name);
      items.push(...list.slice(index, index + width));
    }
    const position = String(bytesOf(cursor));
    if (position === '0' || position === '' || seen.size >= wanted || calls === MOST_CALLS) return items;
    reply = await about.node.call(command, about.key, position, 'COUNT', FURTHER_COUNT);
  }
}
