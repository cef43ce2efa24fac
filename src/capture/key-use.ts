/**
 * Which keys a command reads and writes. Read means: looked up in the way that Redis counts as a hit or a
 * miss (`lookupKeyRead`), which is not what the documentation calls a read: SET ... GET is one, SET is none,
 * MEMORY USAGE is none, and XREAD looks twice. Found by asking a server for each command what it counted;
 * test/integration/capture/key-use.test.ts asks again.
 */

/** Where keys stand among the arguments, the command's name being at 0. */
type Places =
  /** One key. */
  | number
  /** All from this place on; `to` counts from the end, `step` skips what is between keys. */
  | { readonly from: number; readonly step?: number; readonly to?: number }
  /** As many as the argument at this place says, behind it. */
  | { readonly counted: number }
  /** The first half of what is behind STREAMS. */
  | 'streams';

interface KeyUse {
  readonly read?: Places;
  readonly write?: Places;
  /** How often each key is looked up; once unless given. */
  readonly times?: number;
  /** Reads only where one of these words is among the arguments. */
  readonly readsWith?: readonly string[];
  /** Reads unless one of these words is. */
  readonly readsWithout?: readonly string[];
}

const ALL = { from: 1 } as const;

const USES: ReadonlyMap<string, KeyUse> = new Map([
  ...uses({ read: 1 }, [
    'GET STRLEN GETRANGE SUBSTR GETBIT BITCOUNT BITPOS BITFIELD_RO HGET HMGET HGETALL HKEYS HVALS HLEN HEXISTS HSTRLEN',
    'HRANDFIELD HSCAN HTTL HPTTL HEXPIRETIME HPEXPIRETIME LLEN LRANGE LINDEX LPOS SCARD SISMEMBER SMISMEMBER SMEMBERS',
    'SRANDMEMBER SSCAN ZCARD ZCOUNT ZLEXCOUNT ZRANGE ZREVRANGE ZRANGEBYSCORE ZREVRANGEBYSCORE ZRANGEBYLEX',
    'ZREVRANGEBYLEX ZRANK ZREVRANK ZSCORE ZMSCORE ZRANDMEMBER ZSCAN XLEN XRANGE XREVRANGE XPENDING GEOPOS GEODIST',
    'GEOHASH GEOSEARCH GEORADIUS_RO GEORADIUSBYMEMBER_RO TYPE TTL PTTL EXPIRETIME PEXPIRETIME DUMP SORT_RO JSON.GET',
    'JSON.TYPE JSON.STRLEN JSON.OBJKEYS JSON.ARRLEN',
  ]),
  ...uses({ read: 2 }, ['XINFO OBJECT']),
  ...uses({ read: ALL }, ['MGET EXISTS TOUCH PFCOUNT SINTER SUNION SDIFF']),
  ...uses({ read: { from: 1, to: -1 } }, ['JSON.MGET']),
  ...uses({ read: { counted: 1 } }, ['SINTERCARD ZUNION ZINTER ZDIFF ZINTERCARD']),
  ...uses({ read: 'streams', times: 2 }, ['XREAD']),
  ...uses({ read: 'streams', write: 'streams', times: 2 }, ['XREADGROUP']),
  ...uses({ read: { from: 1, to: 2 } }, ['LCS']),
  // Give back what was there, and write.
  ...uses({ read: 1, write: 1 }, [
    'GETDEL GETSET GETEX XACK XCLAIM XAUTOCLAIM GEORADIUS GEORADIUSBYMEMBER SORT',
  ]),
  ...uses({ read: 1, write: 1, readsWith: ['GET'] }, ['SET']),
  ...uses({ read: 1, write: 1, readsWithout: ['SET', 'INCRBY'] }, ['BITFIELD']),
  ...uses({ read: 2, write: 1 }, ['ZRANGESTORE GEOSEARCHSTORE']),
  ...uses({ read: 1, write: 2 }, ['COPY']),
  ...uses({ read: { from: 2 }, write: 1 }, ['SINTERSTORE SUNIONSTORE SDIFFSTORE']),
  ...uses({ read: ALL, write: 1 }, ['PFMERGE']),
  ...uses({ read: { from: 3 }, write: 2 }, ['BITOP']),
  ...uses({ read: { counted: 2 }, write: 1 }, ['ZUNIONSTORE ZINTERSTORE ZDIFFSTORE']),
  ...uses({ write: 1 }, [
    'SETEX PSETEX SETNX APPEND INCR DECR INCRBY DECRBY INCRBYFLOAT SETRANGE SETBIT HSET HSETNX HMSET HDEL HINCRBY',
    'HINCRBYFLOAT HEXPIRE HPEXPIRE HEXPIREAT HPEXPIREAT HPERSIST LPUSH RPUSH LPUSHX RPUSHX LPOP RPOP LINSERT LSET LREM',
    'LTRIM SADD SREM SPOP ZADD ZINCRBY ZREM ZPOPMIN ZPOPMAX ZREMRANGEBYRANK ZREMRANGEBYSCORE ZREMRANGEBYLEX XADD XDEL',
    'XTRIM XGROUP XSETID GEOADD PFADD EXPIRE PEXPIRE EXPIREAT PEXPIREAT PERSIST RESTORE MOVE JSON.SET JSON.DEL',
    'JSON.MERGE JSON.NUMINCRBY JSON.ARRAPPEND',
  ]),
  ...uses({ write: ALL }, ['DEL UNLINK']),
  ...uses({ write: { from: 1, step: 2 } }, ['MSET MSETNX']),
  ...uses({ write: { from: 1, to: 2 } }, ['RENAME RENAMENX LMOVE RPOPLPUSH SMOVE BRPOPLPUSH BLMOVE']),
  ...uses({ write: { from: 1, to: -1 } }, ['BLPOP BRPOP BZPOPMIN BZPOPMAX']),
  ...uses({ write: { counted: 1 } }, ['LMPOP ZMPOP']),
  ...uses({ write: { counted: 2 } }, ['BLMPOP BZMPOP']),
]);

function uses(use: KeyUse, names: readonly string[]): readonly (readonly [string, KeyUse])[] {
  return names
    .join(' ')
    .split(' ')
    .map((name) => [name, use] as const);
}

/** Where the keys of one command go. */
export interface KeyUseSink {
  /** @param lookups how many hits and misses together the server counts for it */
  readonly read: (key: Buffer, lookups: number) => void;
  readonly write: (key: Buffer) => void;
}

/** Commands by name as the line has it, so that no name is put into upper case twice. */
const found = new Map<string, KeyUse | null>();
const MOST_NAMES = 1_000;

/**
 * Tells the keys of one command. Only as many arguments are taken from `next` as it takes to know them.
 * @param next the arguments behind the name, one after the other
 */
export function tellKeyUse(name: Buffer, next: () => Buffer | undefined, sink: KeyUseSink): void {
  const use = useOf(name.toString('latin1'));
  if (use === null) return;
  const needsOnlyFirst =
    use.readsWith === undefined && use.readsWithout === undefined && isFirst(use.read) && isFirst(use.write);
  if (needsOnlyFirst) {
    const key = next();
    if (key === undefined) return;
    if (use.read !== undefined) sink.read(key, use.times ?? 1);
    if (use.write !== undefined) sink.write(key);
    return;
  }
  const args: Buffer[] = [];
  for (let argument = next(); argument !== undefined; argument = next()) args.push(argument);
  if (reads(use, args)) for (const key of keysAt(use.read, args)) sink.read(key, use.times ?? 1);
  for (const key of keysAt(use.write, args)) sink.write(key);
}

function isFirst(places: Places | undefined): boolean {
  return places === undefined || places === 1;
}

function useOf(name: string): KeyUse | null {
  const known = found.get(name);
  if (known !== undefined) return known;
  const use = USES.get(name.toUpperCase()) ?? null;
  if (found.size < MOST_NAMES) found.set(name, use);
  return use;
}

/** `args` are without the command's name, and so is one less than every place. */
function reads({ readsWith, readsWithout }: KeyUse, args: readonly Buffer[]): boolean {
  if (readsWith === undefined && readsWithout === undefined) return true;
  const has = (words: readonly string[] | undefined, from: number): boolean =>
    words !== undefined &&
    args.slice(from).some((arg) => arg.length <= 8 && words.includes(arg.toString('latin1').toUpperCase()));
  // SET has its words behind the value, which may be any of them.
  return readsWith === undefined ? !has(readsWithout, 1) : has(readsWith, 2);
}

function keysAt(places: Places | undefined, args: readonly Buffer[]): readonly Buffer[] {
  if (places === undefined) return [];
  if (typeof places === 'number') return args.slice(places - 1, places);
  if (places === 'streams') {
    const word = args.findIndex(
      (arg) => arg.length === 7 && arg.toString('latin1').toUpperCase() === 'STREAMS',
    );
    const rest = word === -1 ? [] : args.slice(word + 1);
    return rest.slice(0, rest.length / 2);
  }
  if ('counted' in places) {
    const count = Number(args[places.counted - 1]?.toString('latin1'));
    return Number.isSafeInteger(count) && count > 0 ? args.slice(places.counted, places.counted + count) : [];
  }
  const { from, to, step = 1 } = places;
  const end = to === undefined ? args.length : to < 0 ? args.length + to : to;
  return args.slice(from - 1, end).filter((_, index) => index % step === 0);
}
