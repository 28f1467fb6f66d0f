-- Which pages are visited by themselves, and when. What was asked while a visit ran is not lost: it is visited once more.
-- KEYS: visits:due, visits:asked, visits:done:<page>. ARGV: command, args (msgpack).
local due, asked, done = KEYS[1], KEYS[2], KEYS[3]
local args = cmsgpack.unpack(ARGV[2])

local function micros()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

local now = args.now or micros()
local function text(number) return string.format('%.0f', number) end

local calls = {}

-- When it is visited at the earliest; nothing where too many wait already.
function calls.ask()
  if redis.call('HEXISTS', asked, args.page) == 0 and redis.call('HLEN', asked) >= args.most then return {} end
  local wait = math.max(0, redis.call('PTTL', done)) * 1000
  redis.call('HSET', asked, args.page, args.visit)
  redis.call('ZADD', due, 'LT', text(now + wait), args.page)
  return { text(math.min(now + wait, tonumber(redis.call('ZSCORE', due, args.page)))) }
end

function calls.claim()
  local visits = {}
  for _, page in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', text(now), 'LIMIT', 0, args.limit)) do
    local visit = redis.call('HGET', asked, page)
    if visit then
      redis.call('ZADD', due, text(now + args.lease), page)
      visits[#visits + 1] = visit
    else
      redis.call('ZREM', due, page)
    end
  end
  return visits
end

-- It was visited, or is given up; unless it was asked for again meanwhile.
function calls.finish()
  redis.call('SET', done, '', 'PX', args.between)
  if redis.call('HGET', asked, args.page) == args.visit then
    redis.call('HDEL', asked, args.page)
    redis.call('ZREM', due, args.page)
  else
    redis.call('ZADD', due, text(now + args.between * 1000), args.page)
  end
  return {}
end

function calls.again()
  if redis.call('HGET', asked, args.page) == args.visit then redis.call('HSET', asked, args.page, args.next) end
  redis.call('ZADD', due, text(now + args.wait), args.page)
  return {}
end

return cmsgpack.pack(calls[ARGV[1]]())
