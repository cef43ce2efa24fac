/**
 * What moves a counter, each in one step that nothing can come between. KEYS: the counter, and the hash in
 * which cachectl remembers what it handed out (`reserved`: the highest number; `open:N`: a version that is
 * being filled, or was left half-filled; `token`, `from`, `to`: the last move). A command whose answer is lost
 * is sent again: the token makes the second time give the first one's answer.
 */

const READ = `local held = redis.call('GET', KEYS[1])
local from = tonumber(held or ARGV[2])
if not from or from < 0 or from % 1 ~= 0 then return redis.error_reply('ERR value is not an integer') end
local function text(number) return string.format('%.0f', number) end
local function set(to)
  if held then redis.call('INCRBY', KEYS[1], text(to - from)) else redis.call('SET', KEYS[1], text(to)) end
end
local reserved = tonumber(redis.call('HGET', KEYS[2], 'reserved') or '0')
`;

/**
 * ARGV: token, version without counter. Raises the counter, past every number that was handed out: what a run
 * that was cut off has left under one must never be read. Gives the old and the new version.
 */
export const BUMP = `if redis.call('HGET', KEYS[2], 'token') == ARGV[1] then
  return redis.call('HMGET', KEYS[2], 'from', 'to')
end
${READ}local to = math.max(from, reserved) + 1
set(to)
redis.call('HSET', KEYS[2], 'reserved', text(to), 'token', ARGV[1], 'from', text(from), 'to', text(to))
return {text(from), text(to)}`;

/** ARGV: token, version without counter. Hands out the next number, to be filled. Gives current and next. */
export const RESERVE = `if redis.call('HGET', KEYS[2], 'reserve_token') == ARGV[1] then
  return redis.call('HMGET', KEYS[2], 'reserve_from', 'reserve_to')
end
${READ}local to = math.max(from, reserved) + 1
redis.call('HSET', KEYS[2], 'reserved', text(to), 'open:' .. text(to), ARGV[1],
  'reserve_token', ARGV[1], 'reserve_from', text(from), 'reserve_to', text(to))
return {text(from), text(to)}`;

/**
 * ARGV: token, version without counter, the version it must be, the version it becomes, and the token under
 * which that one was filled, or nothing. Gives 1 and the version; 0 and the version where it is another one;
 * -1 and the version where what was filled is not there any more.
 */
export const MOVE = `if redis.call('HGET', KEYS[2], 'token') == ARGV[1] then
  return {1, redis.call('HGET', KEYS[2], 'to')}
end
${READ}local to = tonumber(ARGV[4])
if from ~= tonumber(ARGV[3]) then return {0, text(from)} end
local open = 'open:' .. text(to)
if ARGV[5] ~= '' and redis.call('HGET', KEYS[2], open) ~= ARGV[5] then return {-1, text(from)} end
set(to)
redis.call('HDEL', KEYS[2], open)
redis.call('HSET', KEYS[2], 'reserved', text(math.max(from, to, reserved)),
  'token', ARGV[1], 'from', text(from), 'to', text(to))
return {1, text(to)}`;

/**
 * ARGV: token of whoever filled it, version without counter, a version whose keys are gone. Forgets that it was
 * half-filled, and hands the number out again where it was the last one.
 */
export const FORGET = `local open = 'open:' .. ARGV[3]
if redis.call('HGET', KEYS[2], open) ~= ARGV[1] then return 0 end
redis.call('HDEL', KEYS[2], open)
${READ}local to = tonumber(ARGV[3])
if reserved == to and from < to then redis.call('HSET', KEYS[2], 'reserved', text(to - 1)) end
return 1`;
