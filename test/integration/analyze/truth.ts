import type { RedisNode } from '../../../src/redis/types.ts';

/** What a report has to say about a set of keys. */
interface TrueFigures {
  readonly keys: number;
  readonly memory_bytes: number;
  readonly keys_without_ttl: number;
}

/** What is in a keyspace, found out key by key, with nothing of what the program does. */
export interface Truth {
  readonly total: TrueFigures;
  readonly patterns: Readonly<Record<string, TrueFigures>>;
  readonly types: Readonly<Record<string, TrueFigures>>;
}

/** The patterns of the tests' keys, as a person would write them down. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/^user:\d+:dashboard$/, 'user:{n}:dashboard'],
  [/^products_list_[0-9a-f]{32}$/, 'products_list_{md5}'],
  [/^session:[0-9a-f]{40}$/, 'session:{sha1}'],
  [/^flag:\d+$/, 'flag:{n}'],
  [/^cart:\d+$/, 'cart:{n}'],
  [/^feed:\d+:items$/, 'feed:{n}:items'],
  [/^tags:\d+$/, 'tags:{n}'],
  [/^rank:\d+$/, 'rank:{n}'],
  [/^page:\/products\/\d+$/, 'page:/products/{n}'],
  [/^bin:/, 'bin:\\xff\\x1f\\x00'],
];

/** Asks the servers for every key, one command after the other. */
export async function truthOf(nodes: readonly RedisNode[]): Promise<Truth> {
  const total = { keys: 0, memory_bytes: 0, keys_without_ttl: 0 };
  const patterns: Record<string, typeof total> = {};
  const types: Record<string, typeof total> = {};
  for (const node of nodes) {
    const keys = (await node.call('KEYS', '*')) as readonly Buffer[];
    const replies = await node.pipeline(
      keys.flatMap((key) => [
        ['TYPE', key],
        ['TTL', key],
        ['MEMORY', 'USAGE', key, 'SAMPLES', 0],
      ]),
    );
    for (const [index, key] of keys.entries()) {
      const [type, ttl, memory] = replies.slice(3 * index, 3 * index + 3);
      const text = key.toString('latin1');
      const pattern = PATTERNS.find(([form]) => form.test(text))?.[1] ?? text;
      for (const figures of [
        total,
        (patterns[pattern] ??= { keys: 0, memory_bytes: 0, keys_without_ttl: 0 }),
        (types[String(type)] ??= { keys: 0, memory_bytes: 0, keys_without_ttl: 0 }),
      ]) {
        figures.keys++;
        figures.memory_bytes += Number(memory);
        if (ttl === -1) figures.keys_without_ttl++;
      }
    }
  }
  return { total, patterns, types };
}
