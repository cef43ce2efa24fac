import type { RedisForeach } from '../../config/foreach.ts';
import { CachectlError } from '../../cli/errors.ts';
import { decodeUtf8, printableKey } from '../../keys/printable.ts';
import type { RedisClient, RedisNode, RedisReply } from '../../redis/types.ts';
import { parseCapture } from '../../text/capture.ts';
import { createBind } from './bind.ts';
import { sourceFailure } from './failures.ts';
import type { SourceTools, VariableSource, Variables } from './source.ts';
import { spooledSource, variableNames } from './spool.ts';
import { walkKeys } from './walk-keys.ts';

/** Members asked for at once. */
const PAGE = 1_000;

type RedisTools = Pick<SourceTools, 'redis' | 'layout' | 'signal'>;

/**
 * Opens what is read from Redis, bit by bit as it is walked, and kept for the next walk: SCAN may give
 * another answer each time. Members and fields that come twice become one target.
 * @throws CachectlError `redis.*`; while it is walked also `source.text` for what is not UTF-8
 */
export async function openRedisSource(foreach: RedisForeach, tools: RedisTools): Promise<VariableSource> {
  const client = await tools.redis();
  const { query } = foreach;
  if (query.kind === 'keys') {
    const capture = parseCapture(query.pattern);
    return spooledSource(capture.names, captureKeys(client, query.pattern, tools));
  }
  const as = foreach.as ?? 'member';
  const key = tools.layout.toPhysical(Buffer.from(query.key, 'utf8'));
  const [share] = await client.nodesFor([key]);
  if (share === undefined) return { rows: () => [] };
  const bind = await createBind(as, {
    what: query.key,
    principal: query.kind === 'hash' ? 'field' : 'member',
  });
  const records = ofItsType(readCollection(share.node, key, query, tools.signal), key, query.kind);
  return spooledSource(
    variableNames(as),
    (async function* (): AsyncGenerator<Variables, void, void> {
      for await (const record of records) yield bind(record);
    })(),
  );
}

async function* captureKeys(
  client: RedisClient,
  pattern: string,
  tools: RedisTools,
): AsyncGenerator<Variables, void, void> {
  const capture = parseCapture(pattern);
  for (const glob of tools.layout.toPhysicalPatterns(Buffer.from(capture.glob, 'utf8'))) {
    for await (const keys of walkKeys(client, glob, tools.signal)) {
      for (const physical of keys) {
        const logical = tools.layout.toLogical(physical);
        const text = logical === undefined ? undefined : decodeUtf8(logical);
        const captured = text === undefined ? undefined : capture.match(text);
        if (captured !== undefined) yield captured;
      }
    }
  }
  tools.signal.throwIfAborted();
}

type Collection = Exclude<RedisForeach['query'], { readonly kind: 'keys' }>;

function readCollection(
  node: RedisNode,
  key: Buffer,
  query: Collection,
  signal: AbortSignal,
): AsyncGenerator<Readonly<Record<string, string>>, void, void> {
  switch (query.kind) {
    case 'set':
      return scanItems(node, ['SSCAN', key], signal, ([member = '']) => ({ member }), 1);
    case 'hash':
      return scanItems(node, ['HSCAN', key], signal, ([field = '', value = '']) => ({ field, value }), 2);
    case 'sorted_set':
      return rankedMembers(node, key, query.top, signal);
  }
}

const TYPE_NAMES = { set: 'set', hash: 'hash', sorted_set: 'sorted set' } as const;

/** The same records; where the key holds something else, an error that says so. */
async function* ofItsType<Row>(
  records: AsyncGenerator<Row, void, void>,
  key: Buffer,
  kind: Collection['kind'],
): AsyncGenerator<Row, void, void> {
  try {
    yield* records;
  } catch (error) {
    if (!(error instanceof CachectlError) || !/WRONGTYPE/.test(error.message)) throw error;
    throw sourceFailure(
      'source.type',
      `${printableKey(key)} is not a ${TYPE_NAMES[kind]}`,
      'cachectl inspect says what it is',
      error,
    );
  }
}

async function* scanItems(
  node: RedisNode,
  [command, key]: readonly [command: string, key: Buffer],
  signal: AbortSignal,
  toRecord: (texts: readonly string[]) => Readonly<Record<string, string>>,
  width: number,
): AsyncGenerator<Readonly<Record<string, string>>, void, void> {
  let cursor = '0';
  do {
    signal.throwIfAborted();
    const reply = await node.call(command, key, cursor, 'COUNT', PAGE);
    const [next, items] = asList(reply);
    cursor = String(next);
    const texts = asList(items ?? []).map((item) => toText(item, key));
    for (let index = 0; index < texts.length; index += width)
      yield toRecord(texts.slice(index, index + width));
  } while (cursor !== '0');
}

/** By rank, a page at a time: ZREVRANGE, because ZRANGE with REV came only with Redis 6.2. */
async function* rankedMembers(
  node: RedisNode,
  key: Buffer,
  top: number | undefined,
  signal: AbortSignal,
): AsyncGenerator<Readonly<Record<string, string>>, void, void> {
  const most = top ?? Number.POSITIVE_INFINITY;
  for (let start = 0; start < most; start += PAGE) {
    signal.throwIfAborted();
    const stop = Math.min(start + PAGE, most) - 1;
    const reply = asList(await node.call('ZREVRANGE', key, start, stop, 'WITHSCORES'));
    // RESP3 gives pairs, RESP2 a flat list.
    const flat = reply.flatMap((item) => (Array.isArray(item) ? (item as readonly RedisReply[]) : [item]));
    for (let index = 0; index < flat.length; index += 2) {
      yield { member: toText(flat[index] ?? '', key), score: String(flat[index + 1] ?? '') };
    }
    if (flat.length < (stop - start + 1) * 2) return;
  }
}

function asList(reply: RedisReply): readonly RedisReply[] {
  return Array.isArray(reply) ? (reply as readonly RedisReply[]) : [];
}

function toText(item: RedisReply, key: Buffer): string {
  if (!Buffer.isBuffer(item)) return String(item);
  const text = decodeUtf8(item);
  if (text !== undefined) return text;
  throw notText(key, item);
}

function notText(key: Buffer, item: Buffer): CachectlError {
  return sourceFailure(
    'source.text',
    `${printableKey(key)} holds ${printableKey(item)}, which is not text in UTF-8`,
    'a variable is text: it stands in a path',
  );
}
