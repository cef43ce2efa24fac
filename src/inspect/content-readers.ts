import type { RedisCommand, RedisNode, RedisReply } from '../redis/types.ts';
import { excerpt, type Excerpt } from '../values/excerpt.ts';
import type { Content, HashItem, ScoredItem } from './content.ts';
import type { ValueLimits } from './options.ts';
import { bytesOf, listOf, pairsOf } from './reply.ts';
import { completeScan } from './scan-items.ts';

/** How the value of one type is measured and read, never more of it than the limits allow. */
export interface ContentReader {
  readonly length: (key: Buffer) => RedisCommand;
  readonly read: (key: Buffer, limits: ValueLimits) => RedisCommand;
  /** The content from the reply to `read`; a cursor may need further calls. */
  readonly content: (
    reply: RedisReply,
    about: {
      readonly node: RedisNode;
      readonly key: Buffer;
      readonly length: number;
      readonly limits: ValueLimits;
    },
  ) => Content | Promise<Content>;
}

const whole = (bytes: Buffer, limits: ValueLimits): Excerpt => excerpt(bytes, bytes.length, limits.maxBytes);

const hashItems = (pairs: readonly (readonly [Buffer, Buffer])[], limits: ValueLimits): readonly HashItem[] =>
  pairs.map(([field, value]) => ({ field, value: whole(value, limits) }));

/** The readers by what TYPE says. Types of modules have none. */
export const CONTENT_READERS: ReadonlyMap<string, ContentReader> = new Map<string, ContentReader>([
  [
    'string',
    {
      length: (key) => ['STRLEN', key],
      read: (key, limits) => ['GETRANGE', key, 0, limits.maxBytes - 1],
      content: (reply, { length, limits }) => ({
        kind: 'string',
        value: excerpt(bytesOf(reply), length, limits.maxBytes),
      }),
    },
  ],
  [
    'hash',
    {
      length: (key) => ['HLEN', key],
      read: (key, limits) => ['HSCAN', key, '0', 'COUNT', limits.maxItems],
      content: async (reply, about) => ({
        kind: 'hash',
        items: hashItems(pairsOf(await completeScan('HSCAN', reply, about)), about.limits),
      }),
    },
  ],
  [
    'set',
    {
      length: (key) => ['SCARD', key],
      read: (key, limits) => ['SSCAN', key, '0', 'COUNT', limits.maxItems],
      content: async (reply, about) => ({
        kind: 'set',
        items: (await completeScan('SSCAN', reply, about)).map((member) =>
          whole(bytesOf(member), about.limits),
        ),
      }),
    },
  ],
  [
    'list',
    {
      length: (key) => ['LLEN', key],
      read: (key, limits) => ['LRANGE', key, 0, limits.maxItems - 1],
      content: (reply, { limits }) => ({
        kind: 'list',
        items: listOf(reply).map((item) => whole(bytesOf(item), limits)),
      }),
    },
  ],
  [
    'zset',
    {
      length: (key) => ['ZCARD', key],
      read: (key, limits) => ['ZRANGE', key, 0, limits.maxItems - 1, 'WITHSCORES'],
      content: (reply, { limits }) => ({ kind: 'zset', items: scoredItems(listOf(reply), limits) }),
    },
  ],
  [
    'stream',
    {
      length: (key) => ['XLEN', key],
      read: (key, limits) => ['XRANGE', key, '-', '+', 'COUNT', limits.maxItems],
      content: (reply, { limits }) => ({
        kind: 'stream',
        items: listOf(reply).map((entry) => {
          const [id, fields] = listOf(entry);
          return { id: String(bytesOf(id)), fields: hashItems(pairsOf(listOf(fields)), limits) };
        }),
      }),
    },
  ],
]);

/** RESP3 has a list of [member, score], RESP2 one flat list of both. */
function scoredItems(list: readonly RedisReply[], limits: ValueLimits): readonly ScoredItem[] {
  const flat = list.flatMap((element) => (Array.isArray(element) ? listOf(element) : [element]));
  return pairsOf(flat).map(([member, score]) => ({
    member: whole(member, limits),
    score: score.toString('latin1'),
  }));
}
