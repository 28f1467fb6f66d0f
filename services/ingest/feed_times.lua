-- When each feed is visited next. A host's feeds wait in a queue of their own, and the hosts take turns: one host with
-- many due feeds holds up nobody else. Time is Redis' own (args.now is for tests).
-- KEYS: feeds:due, feeds:hosts, feeds:turns, feeds:clock, feeds:claims. ARGV: command, prefix of a host's queue, args (msgpack).
local due, places, turns, clock, claims = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local args = cmsgpack.unpack(ARGV[3])
local STEP_BACK = 5

local function seconds()
  local time = redis.call('TIME')
  return tonumber(time[1]) + tonumber(time[2]) / 1000000
end

local now = args.now or seconds()

-- A place is "<host> <when the feed was added>".
local function queue(place) return ARGV[2] .. place:match('^%S*') end

local function put(id, place, at)
  at = string.format('%.6f', at)
  redis.call('ZADD', due, at, id)
  redis.call('ZADD', queue(place), at, id)
  redis.call('ZADD', turns, 'LT', at, place:match('^%S*'))
end

local function take_out(id, place)
  redis.call('ZREM', due, id)
  if place then redis.call('ZREM', queue(place), id) end
end

-- Times that were set by a clock that was ahead go back with it.
local function follow_the_clock()
  local last = tonumber(redis.call('GET', clock) or '')
  redis.call('SET', clock, string.format('%.6f', now))
  if not last or last - now < STEP_BACK then return end
  local queues = { due, turns }
  for _, host in ipairs(redis.call('ZRANGE', turns, 0, -1)) do queues[#queues + 1] = ARGV[2] .. host end
  for _, key in ipairs(queues) do
    for _, member in ipairs(redis.call('ZRANGE', key, 0, -1)) do
      redis.call('ZINCRBY', key, string.format('%.6f', now - last), member)
    end
  end
end

local calls = {}

-- args.feeds: {id, place, seconds until its first visit, or -1 for none}. One that waits already goes on waiting.
function calls.sync()
  for _, feed in ipairs(args.feeds) do
    local id, place, wait = feed[1], feed[2], feed[3]
    local was = redis.call('HGET', places, id)
    local at = tonumber(redis.call('ZSCORE', due, id) or '')
    if was and was ~= place then
      redis.call('ZREM', queue(was), id)
      if redis.call('HDEL', claims, id) == 1 then at = now end -- a visit of the one before notes nothing for this one
    end
    redis.call('HSET', places, id, place)
    if not at and wait >= 0 then at = now + wait end
    if at then put(id, place, at) end
  end
  return #args.feeds
end

function calls.forget()
  for _, id in ipairs(args.ids) do
    take_out(id, redis.call('HGET', places, id))
    redis.call('HDEL', places, id)
    redis.call('HDEL', claims, id)
  end
  return #args.ids
end

-- Due feeds, one a host, each with the token of this claim, until a lease ends: two never get the same one, and one
-- that dies leaves them due. Whoever claims a feed later takes it from whoever had it: that token is good for nothing.
function calls.claim()
  follow_the_clock()
  local found = {}
  for _, host in ipairs(redis.call('ZRANGEBYSCORE', turns, '-inf', now, 'LIMIT', 0, args.limit)) do
    local key = ARGV[2] .. host
    local id = redis.call('ZRANGEBYSCORE', key, '-inf', now, 'LIMIT', 0, 1)[1]
    if id then
      put(id, host, now + args.lease)
      local token = args.token .. ':' .. #found
      redis.call('HSET', claims, id, token)
      found[#found + 1] = { id, token }
    end
    local first = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2]
    if first then
      redis.call('ZADD', turns, string.format('%.6f', math.max(tonumber(first), now)), host)
    else
      redis.call('ZREM', turns, host)
    end
  end
  return found
end

-- Milliseconds until a feed is due; -1 without any.
function calls.next()
  local first = redis.call('ZRANGE', due, 0, 0, 'WITHSCORES')[2]
  return first and math.max(0, math.ceil((tonumber(first) - now) * 1000)) or -1
end

-- Is it watched, and not added anew?
function calls.watched() return redis.call('HGET', places, args.id) == args.place and 1 or 0 end

-- A claim is kept for another args.lease seconds; 0 where it is its holder's no more.
function calls.renew()
  local place = redis.call('HGET', places, args.id)
  if not place or redis.call('HGET', claims, args.id) ~= args.token then return 0 end
  put(args.id, place, now + args.lease)
  return 1
end

-- The next visit of a feed, args.wait seconds from now or (-1) never; 0 when it is watched no more, was added anew, or
-- somebody else has claimed it since args.token was given.
function calls.set()
  if redis.call('HGET', places, args.id) ~= args.place then return 0 end
  if args.token and redis.call('HGET', claims, args.id) ~= args.token then return 0 end
  redis.call('HDEL', claims, args.id)
  if args.wait < 0 then take_out(args.id, args.place) else put(args.id, args.place, now + args.wait) end
  return 1
end

-- Visit a feed in args.wait seconds where it would be later; 0 when it is watched no more, or was added anew.
function calls.hasten()
  if redis.call('HGET', places, args.id) ~= args.place then return 0 end
  local at = tonumber(redis.call('ZSCORE', due, args.id) or '')
  if at and at > now + args.wait then put(args.id, args.place, now + args.wait) end
  return 1
end

return calls[ARGV[1]]()
