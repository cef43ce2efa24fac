/** What changes a tag's set, each in one step: a set without an expiry is never left behind. */

/**
 * KEYS: sets of tags. ARGV: milliseconds to live (-1: never expires) and key, in turn, for each set the same.
 * Trims what has expired, adds, and lets the set expire with its last member. The server's own clock decides:
 * clocks of applications differ. Gives the number of keys that were not there before.
 *
 * Servers before 5 want replicate_commands, because they would send a script to replicas instead of what it
 * did, and TIME gives another answer there.
 */
export const ADD = `if redis.replicate_commands then redis.replicate_commands() end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local added = 0
for i = 1, #KEYS do
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', string.format('(%.0f', now))
  for a = 1, #ARGV, 2 do
    local score = ARGV[a] == '-1' and 9007199254740991 or now + ARGV[a]
    added = added + redis.call('ZADD', KEYS[i], string.format('%.0f', score), ARGV[a + 1])
  end
  local last = redis.call('ZREVRANGE', KEYS[i], 0, 0, 'WITHSCORES')
  if last[2] then redis.call('PEXPIREAT', KEYS[i], string.format('%.0f', last[2])) end
end
return added`;

/**
 * KEYS: one set. ARGV: score and key, in turn. Removes keys whose score is still that: one that was tagged
 * again meanwhile has another and stays. The set keeps expiring with its last member. Gives how many went.
 */
export const REMOVE = `local removed = 0
for a = 1, #ARGV, 2 do
  local score = redis.call('ZSCORE', KEYS[1], ARGV[a + 1])
  if score and tonumber(score) == tonumber(ARGV[a]) then
    removed = removed + redis.call('ZREM', KEYS[1], ARGV[a + 1])
  end
end
local last = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if last[2] then redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', last[2])) end
return removed`;
