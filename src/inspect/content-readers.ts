import type { Clock } from '../host.ts';
import type { RedisCommand, RedisNode, RedisReply } from '../redis/types.ts';
import type { StoredValue } from '../values/shown-value.ts';
import type { Content, HashField, HashItem, ScoredItem } from './content.ts';
import { readFieldLives } from './field-lives.ts';
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
      readonly clock: Clock;
    },
  ) => Content<StoredValue> | Promise<Content<StoredValue>>;
}

const whole = (bytes: Buffer): StoredValue => ({ start: bytes, totalBytes: bytes.length });

const hashItems = (pairs: readonly (readonly [Buffer, Buffer])[]): readonly HashItem<StoredValue>[] =>
  pairs.map(([field, value]) => ({ field, value: whole(value) }));

const withLives = (
  items: readonly HashItem<StoredValue>[],
  lives: readonly (number | undefined)[],
  nowMs: number,
): readonly HashField<StoredValue>[] =>
  items.map((item, index) => {
    const ttlMs = lives[index];
    return { ...item, ttlMs, expiresAtMs: ttlMs === undefined ? undefined : nowMs + ttlMs };
  });

/** The readers by what TYPE says. Types of modules have none. */
export const CONTENT_READERS: ReadonlyMap<string, ContentReader> = new Map<string, ContentReader>([
  [
    'string',
    {
      length: (key) => ['STRLEN', key],
      read: (key, limits) => ['GETRANGE', key, 0, Math.max(limits.maxBytes, limits.maxDecodeBytes ?? 0) - 1],
      content: (reply, { length }) => {
        const start = bytesOf(reply);
        return { kind: 'string', value: { start, totalBytes: Math.max(length, start.length) } };
      },
    },
  ],
  [
    'hash',
    {
      length: (key) => ['HLEN', key],
      read: (key, limits) => ['HSCAN', key, '0', 'COUNT', limits.maxItems],
      content: async (reply, about) => {
        const items = hashItems(pairsOf(await completeScan('HSCAN', reply, about)));
        const fields = items.map(({ field }) => field);
        const lives = await readFieldLives(about.node, about.key, fields);
        return { kind: 'hash', items: withLives(items, lives, about.clock.now()) };
      },
    },
  ],
  [
    'set',
    {
      length: (key) => ['SCARD', key],
      read: (key, limits) => ['SSCAN', key, '0', 'COUNT', limits.maxItems],
      content: async (reply, about) => ({
        kind: 'set',
        items: (await completeScan('SSCAN', reply, about)).map((member) => whole(bytesOf(member))),
      }),
    },
  ],
  [
    'list',
    {
      length: (key) => ['LLEN', key],
      read: (key, limits) => ['LRANGE', key, 0, limits.maxItems - 1],
      content: (reply) => ({
        kind: 'list',
        items: listOf(reply).map((item) => whole(bytesOf(item))),
      }),
    },
  ],
  [
    'zset',
    {
      length: (key) => ['ZCARD', key],
      read: (key, limits) => ['ZRANGE', key, 0, limits.maxItems - 1, 'WITHSCORES'],
      content: (reply) => ({ kind: 'zset', items: scoredItems(listOf(reply)) }),
    },
  ],
  [
    'stream',
    {
      length: (key) => ['XLEN', key],
      read: (key, limits) => ['XRANGE', key, '-', '+', 'COUNT', limits.maxItems],
      content: (reply) => ({
        kind: 'stream',
        items: listOf(reply).map((entry) => {
          const [id, fields] = listOf(entry);
          return { id: String(bytesOf(id)), fields: hashItems(pairsOf(listOf(fields))) };
        }),
      }),
    },
  ],
]);

/** RESP3 has a list of [member, score], RESP2 one flat list of both. */
function scoredItems(list: readonly RedisReply[]): readonly ScoredItem<StoredValue>[] {
  const flat = list.flatMap((element) => (Array.isArray(element) ? listOf(element) : [element]));
  return pairsOf(flat).map(([member, score]) => ({
    member: whole(member),
    score: score.toString('latin1'),
  }));
}
