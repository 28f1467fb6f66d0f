-- The fuse of one publisher, over all processes of the door: what became of its last pushes, and whether it is let in.
-- KEYS: fuse:<publisher>, health:publisher:<publisher>, health, ledger:refused. ARGV: command, args (msgpack).
local fuse, health, resting, late = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local args = cmsgpack.unpack(ARGV[2])

local function micros()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

local now = args.now or micros()
local function text(number) return string.format('%.0f', number) end

local function open(reason, pause)
  redis.call('HSETNX', health, 'since', text(now))
  redis.call('HSET', health, 'state', 'paused', 'reason', reason)
  redis.call('SADD', resting, 'publisher:' .. args.publisher)
  redis.call('HSET', fuse, 'due', text(now + pause), 'pause', text(pause))
end

local function close()
  redis.call('DEL', fuse, health)
  redis.call('SREM', resting, 'publisher:' .. args.publisher)
end

local is_open = redis.call('EXISTS', health) == 1
-- A person let it in again: what was before counts no more.
if not is_open and redis.call('HEXISTS', fuse, 'due') == 1 then redis.call('DEL', fuse) end

-- Whether a push may come in: how long it must wait (µs), whether it is the trial, and why.
local function look()
  if not is_open then return { 0, false, '' } end
  local due = tonumber(redis.call('HGET', fuse, 'due') or '0')
  if now < due and due <= now + args.longest then
    return { due - now, false, redis.call('HGET', health, 'reason') or '' }
  end
  redis.call('HSET', fuse, 'due', text(now + args.trial))
  redis.call('HSET', health, 'state', 'probing')
  return { 0, true, '' }
end

-- What became of pushes: `args.outcomes` has a 0 for each that was taken in and a 1 for each refused, oldest first.
local function note()
  if is_open then
    if not args.is_trial then return true end -- it came in before, and says nothing new
    if args.outcomes:find('0', 1, true) then
      close()
      return false
    end
    local pause = math.min(2 * tonumber(redis.call('HGET', fuse, 'pause') or args.pause), args.longest)
    open(args.why, pause)
    return true
  end
  local window = ((redis.call('HGET', fuse, 'window') or '') .. args.outcomes):sub(-args.pushes)
  -- Those that were taken in and found to hold no article later turn the newest that were taken.
  local total = tonumber(redis.call('HGET', late, args.source) or '0')
  local found = total - tonumber(redis.call('HGET', fuse, 'late') or text(total))
  window = window:reverse():gsub('0', '1', math.max(0, found)):reverse()
  redis.call('HSET', fuse, 'window', window, 'late', text(total))
  redis.call('PEXPIRE', fuse, args.remembered)
  local _, refused = window:gsub('1', '')
  if #window < args.pushes or refused * 100 <= args.percent * #window then return false end
  open(refused .. ' of its last ' .. #window .. ' pushes were refused' .. (args.why ~= '' and ', the last: ' .. args.why or ''),
    args.pause)
  redis.call('PERSIST', fuse)
  return true
end

return cmsgpack.pack(ARGV[1] == 'look' and look() or { note() })
