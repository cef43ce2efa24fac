import type { TestRedis } from '../support/redis.ts';

/**
 * A keyspace as caches have them: two thirds strings of some hundred bytes with a TTL, among them pages and lists by
 * hash, and hashes, lists, sets, sorted sets; some keys without TTL and some big ones. Key `i` is what its remainder
 * by 100 says, so that what there is can be computed.
 */
const SCRIPT = `
local call, rep = redis.call, string.rep
for i = ARGV[1], ARGV[2] - 1 do
  local kind, ttl = i % 100, 600 + i % 86400
  if kind < 30 then call('SET', 'user:' .. i .. ':dashboard', rep('d', 200 + i % 300), 'EX', ttl)
  elseif kind < 45 then call('SET', 'products_list_' .. redis.sha1hex(i):sub(1, 32), rep('p', 400), 'EX', ttl)
  elseif kind < 60 then call('SET', 'session:' .. redis.sha1hex(i), rep('s', 120), 'EX', ttl)
  elseif kind < 66 then call('SET', 'flag:' .. i, '1')
  elseif kind < 80 then call('HSET', 'cart:' .. i, 'a', 1, 'b', i, 'c', rep('c', 40)) call('EXPIRE', 'cart:' .. i, ttl)
  elseif kind < 87 then call('RPUSH', 'feed:' .. i .. ':items', 'x', 'y', i, 'z') call('EXPIRE', 'feed:' .. i .. ':items', ttl)
  elseif kind < 93 then call('SADD', 'tags:' .. i, 1, 2, i)
  elseif kind < 99 then call('ZADD', 'rank:' .. i, 1, 'a', 2, i) call('EXPIRE', 'rank:' .. i, ttl)
  else call('SET', 'page:/products/' .. i, rep('h', 4000), 'EX', ttl) end
end`;

const BATCH = 20_000;

/** Puts the keys with these numbers there. */
export async function fillMixed(redis: Pick<TestRedis, 'call'>, from: number, to: number): Promise<void> {
  for (let start = from; start < to; start += BATCH) {
    await redis.call('EVAL', SCRIPT, 0, start, Math.min(to, start + BATCH));
  }
}
