-- When each feed is visited next, and who visits it now. A host's feeds wait in a queue of their own, and the hosts take
-- turns: one host with many due feeds holds up nobody else. Time is Redis' own (args.now is for tests).
-- KEYS: feeds:due, feeds:hosts, feeds:turns, feeds:clock, feeds:claims, feeds:leases, feeds:visits, feeds:pauses,
-- feeds:rests, feeds:spacings, feeds:kinds, feeds:kinds:counts.
-- ARGV: command, prefix of a host's queue, args (msgpack).
local due, places, turns, clock, claims, leases, visits, pauses, rests, spacings, kinds, counts = unpack(KEYS)
local args = cmsgpack.unpack(ARGV[3])
local STEP_BACK = 5
local BUSY = 5 -- seconds until a host is looked at again that has all the visits it may have: the end of one comes first
local LAPSED_AT_ONCE = 200

local now = args.now or seconds()

-- A place is "<host> <when the feed was added>".
local function host_of(place) return place:match('^%S*') end
local function queue(place) return ARGV[2] .. host_of(place) end

local function put(id, place, at)
  redis.call('ZADD', due, precise(at), id)
  redis.call('ZADD', queue(place), precise(at), id)
  redis.call('ZADD', turns, 'LT', precise(at), host_of(place))
end

local function take_out(id, place)
  redis.call('ZREM', due, id)
  if place then redis.call('ZREM', queue(place), id) end
end

-- A host's turn is when its first feed is due and its pause is over; behind those that wait already.
local function set_turn(host)
  local first = redis.call('ZRANGE', ARGV[2] .. host, 0, 0, 'WITHSCORES')[2]
  local pause = tonumber(redis.call('HGET', pauses, host) or '0')
  if first then redis.call('ZADD', turns, precise(math.max(tonumber(first), pause, now)), host)
  else redis.call('ZREM', turns, host) end
  if pause <= now then
    redis.call('HDEL', pauses, host)
    redis.call('HDEL', rests, host)
  end
end

-- Nobody visits a feed any more; its host may have another visit. Whether somebody did.
local function release(id, place)
  redis.call('ZREM', leases, id)
  if redis.call('HDEL', claims, id) == 0 then return false end
  if place and redis.call('HINCRBY', visits, host_of(place), -1) <= 0 then
    redis.call('HDEL', visits, host_of(place))
  end
  return true
end

-- What a feed counts as where the requests of a day are shared out; nil for nothing.
local function set_kind(id, kind)
  local was = redis.call('HGET', kinds, id)
  if was == (kind or false) then return end
  if was and redis.call('HINCRBY', counts, was, -1) <= 0 then redis.call('HDEL', counts, was) end
  if kind then
    redis.call('HSET', kinds, id, kind)
    redis.call('HINCRBY', counts, kind, 1)
  else
    redis.call('HDEL', kinds, id)
  end
end

-- No feed of a host is visited for some seconds, as it asked.
local function rest(host, wait)
  local till = precise(now + wait)
  redis.call('HSET', rests, host, till)
  if now + wait > tonumber(redis.call('HGET', pauses, host) or '0') then redis.call('HSET', pauses, host, till) end
  set_turn(host)
end

-- Does one of these hosts rest, as it asked?
local function any_rests(hosts)
  for _, host in ipairs(hosts) do
    local till = tonumber(redis.call('HGET', rests, host) or '0')
    if till > now then return true end
    if till > 0 then redis.call('HDEL', rests, host) end
  end
  return false
end

local function holds(id, token) return redis.call('HGET', claims, id) == token end

-- Times that were set by a clock that was ahead go back with it.
local function follow_the_clock()
  local last = tonumber(redis.call('GET', clock) or '')
  redis.call('SET', clock, precise(now))
  if not last or last - now < STEP_BACK then return end
  local queues = { due, turns, leases }
  for _, host in ipairs(redis.call('ZRANGE', turns, 0, -1)) do queues[#queues + 1] = ARGV[2] .. host end
  for _, key in ipairs(queues) do
    for _, member in ipairs(redis.call('ZRANGE', key, 0, -1)) do
      redis.call('ZINCRBY', key, precise(now - last), member)
    end
  end
  redis.call('DEL', pauses, rests)
end

local calls = {}

-- args.feeds: {id, place, seconds until its first visit, or -1 for none}. One that waits already goes on waiting, but not
-- for the time of another that had its id, and was removed.
function calls.sync()
  for _, feed in ipairs(args.feeds) do
    local id, place, wait = feed[1], feed[2], feed[3]
    local was = redis.call('HGET', places, id)
    local at = tonumber(redis.call('ZSCORE', due, id) or '')
    if was and was ~= place then
      redis.call('ZREM', queue(was), id)
      if release(id, was) then at = now end -- a visit of the one before notes nothing for this one
      if was:match('%S*$') ~= place:match('%S*$') then -- another feed by the same name
        set_kind(id, nil)
        redis.call('ZREM', due, id)
        at = nil
      end
    end
    redis.call('HSET', places, id, place)
    if not at and wait >= 0 then at = now + wait end
    if at then put(id, place, at) end
  end
  return #args.feeds
end

function calls.forget()
  for _, id in ipairs(args.ids) do
    local place = redis.call('HGET', places, id)
    take_out(id, place)
    release(id, place)
    set_kind(id, nil)
    redis.call('HDEL', places, id)
  end
  return #args.ids
end

-- Due feeds, one a host, each with the token of this claim, until a lease ends: two never get the same one, and one that
-- dies leaves them due. A host has at most args.at_once visits, and args.spacing seconds between their beginnings.
function calls.claim()
  follow_the_clock()
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', leases, '-inf', now, 'LIMIT', 0, LAPSED_AT_ONCE)) do
    release(id, redis.call('HGET', places, id))
  end
  local found = {}
  for _, host in ipairs(redis.call('ZRANGEBYSCORE', turns, '-inf', now, 'LIMIT', 0, args.limit)) do
    local id = redis.call('ZRANGEBYSCORE', ARGV[2] .. host, '-inf', now, 'LIMIT', 0, 1)[1]
    local pause = tonumber(redis.call('HGET', pauses, host) or '0')
    if id and pause <= now then
      if tonumber(redis.call('HGET', visits, host) or '0') < args.at_once then
        local token = args.token .. ':' .. #found
        redis.call('HSET', claims, id, token)
        redis.call('HINCRBY', visits, host, 1)
        redis.call('ZADD', leases, precise(now + args.lease), id)
        put(id, host, now + args.lease)
        local spacing = tonumber(redis.call('HGET', spacings, host) or '') or args.spacing
        if spacing > 0 then redis.call('HSET', pauses, host, precise(now + spacing)) end
        found[#found + 1] = { id, token }
        set_turn(host)
      else
        redis.call('ZADD', turns, precise(now + BUSY), host)
      end
    else
      set_turn(host)
    end
  end
  return found
end

-- Milliseconds until a host's turn comes; -1 without any.
function calls.next()
  local first = redis.call('ZRANGE', turns, 0, 0, 'WITHSCORES')[2]
  return first and math.max(0, math.ceil((tonumber(first) - now) * 1000)) or -1
end

-- Keep ARGV[4] of a feed under its own key, where it is watched and was not added anew.
function calls.remember()
  if redis.call('HGET', places, args.id) ~= args.place then return 0 end
  redis.call('HSET', args.key, args.name, ARGV[4], 'of', args.of)
  return 1
end

-- args.claims ({id, token}) are kept for another args.lease seconds; the ids of those that are their holder's no more.
function calls.renew()
  local lost = {}
  for _, claim in ipairs(args.claims) do
    local place = redis.call('HGET', places, claim[1])
    if place and holds(claim[1], claim[2]) then
      put(claim[1], place, now + args.lease)
      redis.call('ZADD', leases, precise(now + args.lease), claim[1])
    else
      lost[#lost + 1] = claim[1]
    end
  end
  return lost
end

-- Feeds of args.claims ({id, token}) that were not visited after all are due again.
function calls.give_back()
  for _, claim in ipairs(args.claims) do
    local place = redis.call('HGET', places, claim[1])
    if place and holds(claim[1], claim[2]) then
      release(claim[1], place)
      put(claim[1], place, now)
    end
  end
  return #args.claims
end

-- The next visit of a feed, visit.wait seconds from now or (-1) never; false when it is watched no more, was added anew,
-- or somebody else has claimed it since visit.token was given. visit.kind is what it counts as from now on. Its whole
-- host rests for visit.host_wait seconds, and so do visit.siblings, the other hosts of its domain: where visit.domain says
-- so, or one of them rests already, which means that the domain counts our visits and not the host.
local function set(visit)
  if redis.call('HGET', places, visit.id) ~= visit.place then return false end
  if visit.token and not holds(visit.id, visit.token) then return false end
  release(visit.id, visit.place)
  if visit.wait < 0 then take_out(visit.id, visit.place) else put(visit.id, visit.place, now + visit.wait) end
  if visit.kind then set_kind(visit.id, visit.kind) elseif visit.wait < 0 then set_kind(visit.id, nil) end
  if visit.host_wait then
    if visit.siblings and (visit.domain or any_rests(visit.siblings)) then
      for _, host in ipairs(visit.siblings) do rest(host, visit.host_wait) end
    end
    rest(host_of(visit.place), visit.host_wait)
  end
  set_turn(host_of(visit.place))
  return true
end

function calls.set() return set(args) and 1 or 0 end

-- args.visits, each as `set` takes it; 1 for each whose time was set, 0 for the others.
function calls.set_each()
  local done = {}
  for place, visit in ipairs(args.visits) do done[place] = set(visit) and 1 or 0 end
  return done
end

-- The seconds between two visits of hosts for which they are set; of all others there are none any more.
function calls.space()
  redis.call('DEL', spacings)
  for host, spacing in pairs(args.spacings) do redis.call('HSET', spacings, host, precise(spacing)) end
  return 1
end

-- Visit a feed in args.wait seconds where it would be later; 0 when it is watched no more, or was added anew.
function calls.hasten()
  if redis.call('HGET', places, args.id) ~= args.place then return 0 end
  local at = tonumber(redis.call('ZSCORE', due, args.id) or '')
  if at and at > now + args.wait then put(args.id, args.place, now + args.wait) end
  return 1
end

-- Let the next visit of a feed be in args.wait seconds, sooner or later than it was; 0 while it is visited, where it has
-- ended, and where it is watched no more, or was added anew.
function calls.move()
  if redis.call('HGET', places, args.id) ~= args.place or redis.call('HEXISTS', claims, args.id) == 1 then return 0 end
  if not redis.call('ZSCORE', due, args.id) then return 0 end
  put(args.id, args.place, now + args.wait)
  set_turn(host_of(args.place))
  return 1
end

return calls[ARGV[1]]()
