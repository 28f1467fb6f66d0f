-- Pages that entries of feeds lead to, and when each is visited. A host has one visit at a time and a pause behind it;
-- hosts take turns. What was asked anew while a visit ran is visited once more. Time is Redis' own (args.now is for
-- tests).
-- KEYS: pages:rows, pages:places, pages:turns, pages:busy, feeds:pauses, pages:clock.
-- ARGV: command, prefix of a host's queue, prefix of a day's count, args (msgpack), then rows as they are kept.
local rows, places, turns, busy, feed_pauses, clock = unpack(KEYS)
local args = cmsgpack.unpack(ARGV[4])
local DAY = 86400
local STEP_BACK = 5
local ORDER = 0.000001 -- seconds between pages that are asked for at once: they are read in that order
local SHORTEST = 1 -- seconds: pauses of feeds below that are for their pace alone

local now = args.now or seconds()

local function queue(host) return ARGV[2] .. host end

-- A place is "<host> <feed> <1 for a check of a page that was read before, else 0>".
local function parts_of(place) return place:match('^(%S*) (%S*) (%S*)$') end

local function set_turn(host, at_least)
  local first = redis.call('ZRANGE', queue(host), 0, 0, 'WITHSCORES')[2]
  if first then redis.call('ZADD', turns, precise(math.max(tonumber(first), at_least)), host)
  else redis.call('ZREM', turns, host) end
end

local function drop(id, host)
  redis.call('HDEL', rows, id)
  redis.call('HDEL', places, id)
  redis.call('ZREM', queue(host), id)
end

-- Until when a host has its visit, or rests, and whose visit that is.
local function busy_until(host)
  local at, token = (redis.call('HGET', busy, host) or '0 '):match('^(%S*) (.*)$')
  return tonumber(at), token
end

-- Times that were set by a clock that was ahead go back with it; who visits then visits once more.
local function follow_the_clock()
  local last = tonumber(redis.call('GET', clock) or '')
  redis.call('SET', clock, precise(now))
  if not last or last - now < STEP_BACK then return end
  for _, host in ipairs(redis.call('ZRANGE', turns, 0, -1)) do
    redis.call('ZINCRBY', turns, precise(now - last), host)
    for _, id in ipairs(redis.call('ZRANGE', queue(host), 0, -1)) do
      redis.call('ZINCRBY', queue(host), precise(now - last), id)
    end
  end
  redis.call('DEL', busy)
end

local calls = {}

-- args.pages: {id, host, feed}, with a row for each; none beyond args.most is taken, and none that another feed has
-- asked for. The ids of both.
function calls.ask()
  local no_room, of_others, count = {}, {}, redis.call('HLEN', rows)
  for number, page in ipairs(args.pages) do
    local id, host, feed, row = page[1], page[2], page[3], ARGV[4 + number]
    local place = redis.call('HGET', places, id)
    local _, owner = parts_of(place or '  ')
    if not place and count >= args.most then
      no_room[#no_room + 1] = id
    elseif place and owner ~= feed then
      of_others[#of_others + 1] = id
    else
      if not place then count = count + 1 end
      redis.call('HSET', rows, id, row)
      redis.call('HSET', places, id, host .. ' ' .. feed .. ' 0')
      redis.call('ZADD', queue(host), 'LT', precise(now + (number - #args.pages) * ORDER), id)
      redis.call('ZADD', turns, 'LT', precise(now), host)
    end
  end
  return { no_room, of_others }
end

-- The next page of each host whose turn it is, ours until the lease ends. A host has at most args.budget visits a day,
-- of which checks of pages that were read before may have half: beyond that they are left out.
function calls.claim()
  follow_the_clock()
  local found, day = {}, math.floor(now / DAY)
  local spent_key = ARGV[3] .. day
  for _, host in ipairs(redis.call('ZRANGEBYSCORE', turns, '-inf', now, 'LIMIT', 0, args.limit)) do
    local busy_at = busy_until(host)
    local rests = math.max(busy_at, tonumber(redis.call('HGET', feed_pauses, host) or '0') - SHORTEST)
    local id = redis.call('ZRANGEBYSCORE', queue(host), '-inf', now, 'LIMIT', 0, 1)[1]
    local spent = tonumber(redis.call('HGET', spent_key, host) or '0')
    local _, _, is_check = parts_of(id and redis.call('HGET', places, id) or '  ')
    local row = id and redis.call('HGET', rows, id)
    if rests > now then
      redis.call('ZADD', turns, precise(rests), host)
    elseif not id then
      redis.call('HDEL', busy, host)
      set_turn(host, now)
    elseif not row or (is_check == '1' and 2 * spent >= args.budget) then
      drop(id, host)
      set_turn(host, now)
    elseif spent >= args.budget then
      redis.call('ZADD', turns, precise((day + 1) * DAY), host)
    else
      local token = args.token .. ':' .. #found
      redis.call('HSET', busy, host, precise(now + args.lease) .. ' ' .. token)
      redis.call('ZADD', turns, precise(now + args.lease), host)
      redis.call('HINCRBY', spent_key, host, 1)
      redis.call('EXPIRE', spent_key, 2 * DAY)
      found[#found + 1] = { id, host, token, row }
    end
  end
  return found
end

-- A visit of args.id, whose row was the first given, has ended: it is visited again in args.wait seconds as the second
-- row says, or never where that is empty. Its host rests for args.pause seconds, with args.feeds_rest its feeds too.
-- 0 where the claim was not args.token's any more. Looks at pages that were read before may fill half of the room
-- (args.most): what is new goes before.
function calls.done()
  local _, token = busy_until(args.host)
  if token ~= args.token then return 0 end
  redis.call('HSET', busy, args.host, precise(now + args.pause) .. ' ')
  if args.feeds_rest and now + args.pause > tonumber(redis.call('HGET', feed_pauses, args.host) or '0') then
    redis.call('HSET', feed_pauses, args.host, precise(now + args.pause))
  end
  local is_asked_anew = redis.call('HGET', rows, args.id) ~= ARGV[5] -- then it is due already
  local is_too_much = args.check == '1' and 2 * redis.call('HLEN', rows) > args.most
  if not is_asked_anew and (ARGV[6] == '' or is_too_much) then
    drop(args.id, args.host)
  elseif not is_asked_anew then
    local _, feed = parts_of(redis.call('HGET', places, args.id))
    redis.call('HSET', rows, args.id, ARGV[6])
    redis.call('HSET', places, args.id, args.host .. ' ' .. feed .. ' ' .. args.check)
    redis.call('ZADD', queue(args.host), precise(now + args.wait), args.id)
  end
  set_turn(args.host, now + args.pause)
  -- Without a page more it has its turn all the same: then its pause is over, and forgotten.
  redis.call('ZADD', turns, 'NX', precise(now + args.pause), args.host)
  return 1
end

-- Milliseconds until a host's turn comes; -1 without any.
function calls.next()
  local first = redis.call('ZRANGE', turns, 0, 0, 'WITHSCORES')[2]
  return first and math.max(0, math.ceil((tonumber(first) - now) * 1000)) or -1
end

return calls[ARGV[1]]()
