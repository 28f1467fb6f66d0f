local function send_again(stage, refs)
  local together = {}
  for _, ref in ipairs(refs) do
    if redis.call('HGET', record_key(ref), 'alone') then
      send(stage, { ref })
    else
      together[#together + 1] = ref
    end
  end
  send_in_batches(stage, together)
end

local function sweep_later(stage)
  local due = {}
  for _, state in ipairs({ 'retrying', 'held' }) do
    local line = line_key(state, stage)
    for _, ref in ipairs(redis.call('ZRANGEBYSCORE', line, '-inf', text(now), 'LIMIT', 0, args.limit)) do
      redis.call('ZREM', line, ref)
      guarded(ref, stage, function()
        log(record_key(ref), 'queued', stage, 'due again')
        due[#due + 1] = ref
      end)
    end
  end
  send_again(stage, due)
  return #due
end

-- A lease that ends later than any lease given now was given by a clock that has stepped back since.
local function sweep_working(stage)
  local line, too_late = line_key('working', stage), '(' .. text(now + args.lease)
  local ended = redis.call('ZRANGEBYSCORE', line, '-inf', text(now), 'LIMIT', 0, args.limit)
  for _, ref in ipairs(redis.call('ZRANGEBYSCORE', line, too_late, '+inf', 'LIMIT', 0, args.limit)) do
    ended[#ended + 1] = ref
  end
  for _, ref in ipairs(ended) do
    guarded(ref, stage, function()
      if crashed(ref, record_key(ref), stage) == 'alone' then send(stage, { ref }) end
    end)
  end
  return #ended
end

local function is_lost(ref, stage)
  local key = record_key(ref)
  if redis.call('HGET', key, 'state') ~= 'queued' then error('gone') end
  local suspect = tonumber(redis.call('HGET', key, 'suspect') or '')
  if not suspect or suspect > now then
    redis.call('HSET', key, 'suspect', text(now))
    return false
  end
  if now - suspect <= args.grace then return false end
  log(key, 'queued', stage, 'sent again')
  return true
end

-- A waiting article counts as lost only when its queue moved on past it or is empty, and stayed so for the grace time.
local function sweep_waiting(stage)
  local upto = '+inf'
  if redis.call('LLEN', stage) > 0 then
    upto = '(' .. (redis.call('GET', 'ledger:passed:' .. stage) or '0')
  end
  local lost = {}
  for _, ref in ipairs(redis.call('ZRANGEBYSCORE', line_key('waiting', stage), '-inf', upto, 'LIMIT', 0, args.limit)) do
    if guarded(ref, stage, function() return is_lost(ref, stage) end) then lost[#lost + 1] = ref end
  end
  send_again(stage, lost)
  return #lost
end

function calls.sweep()
  local last = tonumber(redis.call('GET', 'ledger:swept') or '0')
  if last <= now and now - last < args.interval then return cmsgpack.pack({ 0, 0, 0 }) end
  redis.call('SET', 'ledger:swept', text(now))
  local later, working, waiting = 0, 0, 0
  for _, stage in ipairs({ 'normalize', 'index' }) do
    later = later + sweep_later(stage)
    working = working + sweep_working(stage)
    if redis.call('EXISTS', 'ledger:paused:' .. stage) == 0 then waiting = waiting + sweep_waiting(stage) end
  end
  return cmsgpack.pack({ later, working, waiting })
end
