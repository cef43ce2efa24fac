import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { tellKeyUse } from '../../../src/capture/key-use.ts';
import { infoNumber, readInfo } from '../../../src/redis/info.ts';
import type { RedisReply } from '../../../src/redis/types.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

const run = (line: string): Promise<RedisReply> => {
  const [name = '', ...args] = line.split(' ');
  return redis.call(name, ...args);
};

beforeEach(async () => {
  await redis.node.pipeline([
    ['FLUSHALL'],
    ['MSET', 'text', '1', 'number', '1'],
    ['HSET', 'hash', 'f', '1'],
    ['RPUSH', 'list', 'a', 'b'],
    ['SADD', 'set', 'a', 'b'],
    ['SADD', 'set2', 'a'],
    ['ZADD', 'sorted', 1, 'a', 2, 'b'],
    ['XADD', 'stream', '1-1', 'a', '1'],
    ['XGROUP', 'CREATE', 'stream', 'group', '0'],
    ['PFADD', 'hll', 'a'],
  ]);
});

/** What the server counts for one command: hits and misses together. */
async function countedByServer(line: string): Promise<number> {
  const count = async (): Promise<number> => {
    const info = await readInfo(redis.node);
    return (infoNumber(info, 'keyspace_hits') ?? 0) + (infoNumber(info, 'keyspace_misses') ?? 0);
  };
  const before = await count();
  await run(line);
  return (await count()) - before;
}

function told(line: string): { lookups: number; reads: string[]; writes: string[] } {
  const [name = '', ...args] = line.split(' ');
  const rest = args.map((arg) => Buffer.from(arg));
  const result = { lookups: 0, reads: [] as string[], writes: [] as string[] };
  tellKeyUse(Buffer.from(name), () => rest.shift(), {
    read: (key, lookups) => {
      result.lookups += lookups;
      result.reads.push(String(key));
    },
    write: (key) => result.writes.push(String(key)),
  });
  return result;
}

const LINES =
  `GET text|get none|GETEX text|GETDEL text|GETSET text 1|SET text 1 GET|SET text 1 EX 10 get|SET text 1|SET GET 1
SET text 1 NX|SET text 1 KEEPTTL|SETNX text 1|STRLEN text|GETRANGE text 0 1|SUBSTR text 0 1|GETBIT text 1|BITCOUNT text
BITPOS text 1|BITFIELD text GET u4 0|BITFIELD text SET u4 0 1|BITFIELD text GET u4 0 SET u4 0 1|BITFIELD_RO text GET u4 0
MGET text none other|EXISTS text none|TOUCH text none|INCR number|APPEND text 1|HGET hash f|HMGET hash f g|HGETALL hash
HKEYS hash|HVALS hash|HLEN hash|HEXISTS hash f|HSTRLEN hash f|HRANDFIELD hash|HSCAN hash 0|HSET hash f 1|HDEL hash q
LLEN list|LRANGE list 0 1|LINDEX list 0|LPOS list a|LPOP list|RPUSH list a|SCARD set|SISMEMBER set a|SMISMEMBER set a
SMEMBERS set|SRANDMEMBER set|SSCAN set 0|SPOP set|SADD set a|SMOVE set set2 a|SINTER set set2 none|SUNION set set2
SDIFF set set2|SINTERCARD 2 set set2|SINTERSTORE d set set2|SUNIONSTORE d set set2|SDIFFSTORE d set set2|ZCARD sorted
ZCOUNT sorted 0 1|ZLEXCOUNT sorted - +|ZRANGE sorted 0 1|ZREVRANGE sorted 0 1|ZRANGEBYSCORE sorted 0 1|ZRANK sorted a
ZREVRANK sorted a|ZSCORE sorted a|ZMSCORE sorted a|ZRANDMEMBER sorted|ZSCAN sorted 0|ZADD sorted 1 a|ZINCRBY sorted 1 a
ZUNION 2 sorted none|ZINTER 2 sorted none|ZDIFF 2 sorted none|ZINTERCARD 2 sorted none|ZUNIONSTORE d 2 sorted none
ZINTERSTORE d 2 sorted none|ZDIFFSTORE d 2 sorted none|ZRANGESTORE d sorted 0 1|XLEN stream|XRANGE stream - +
XREVRANGE stream + -|XPENDING stream group|XREAD STREAMS stream none 0 0|XREAD COUNT 2 STREAMS stream 0
XREADGROUP GROUP group c STREAMS stream >|XINFO STREAM stream|XACK stream group 1-1|XCLAIM stream group c 0 1-1
XADD stream * a 1|XTRIM stream MAXLEN 9|XDEL stream 1-1|GEOPOS sorted a|GEODIST sorted a b|GEOHASH sorted a
GEOSEARCH sorted FROMMEMBER a BYRADIUS 1 m|GEORADIUS sorted 1 1 1 m|GEORADIUSBYMEMBER sorted a 1 m
GEOSEARCHSTORE d sorted FROMMEMBER a BYRADIUS 1 m|TYPE text|TTL text|PTTL text|EXPIRETIME text|EXPIRE text 100
PERSIST text|DUMP text|OBJECT ENCODING text|OBJECT REFCOUNT text|MEMORY USAGE text|SORT list ALPHA|SORT_RO list ALPHA
PFADD hll a|PFCOUNT hll|PFCOUNT hll none|PFMERGE d hll|BITOP AND d text none|COPY text copy|LCS text number|WATCH text
DEL text none|UNLINK text|SCAN 0|RANDOMKEY|LMOVE list list2 LEFT LEFT|LINSERT list BEFORE a b|LSET list 0 a|LREM list 0 q
LTRIM list 0 9|SETRANGE text 0 a|SETBIT text 0 1|MSET text 1 number 2|MSETNX text 1 number 1|RENAMENX text number
BLPOP list 1|LMPOP 1 list LEFT|ZMPOP 1 sorted MIN|BZPOPMIN sorted 1|SETEX text 10 1|DECR number|INCRBYFLOAT number 1`
    .split(/[|\n]/)
    .map((line) => [line]);

test.each(LINES)('%s looks up as many keys as the server counts', async (line) => {
  expect(told(line).lookups).toBe(await countedByServer(line));
});

test.each([
  ['MGET a b c', ['a', 'b', 'c'], []],
  ['BLPOP a b 0', [], ['a', 'b']],
  ['MSET a 1 b 2', [], ['a', 'b']],
  ['ZUNIONSTORE d 2 a b WEIGHTS 1 2', ['a', 'b'], ['d']],
  ['ZUNION 9999999999 a', ['a'], []],
  ['ZUNION -1 a', [], []],
  ['XREAD BLOCK 5 STREAMS a b 0 0', ['a', 'b'], []],
  ['XREAD BLOCK 5', [], []],
  ['COPY a b', ['a'], ['b']],
  ['SET a 1', [], ['a']],
  ['JSON.MGET a b $', ['a', 'b'], []],
  ['PUBLISH a b', [], []],
  ['GET', [], []],
])('%s reads and writes these keys', (line, reads, writes) => {
  expect(told(line)).toMatchObject({ reads, writes });
});

test('knows every command of the server that only reads', async () => {
  const reply = (await redis.call('COMMAND')) as readonly (readonly RedisReply[])[];
  const reading = reply.flatMap(([name, , flags, first]) =>
    Array.isArray(flags) && flags.map(String).includes('readonly') && first !== 0 ? [String(name)] : [],
  );
  expect(reading.length).toBeGreaterThan(50);
  const unknown = reading.filter((name) => {
    const { reads } = told(`${name} 1 a b c`);
    return reads.length === 0;
  });
  // Looks at a key without counting it.
  expect(unknown.filter((name) => !name.startsWith('memory'))).toEqual([]);
});
