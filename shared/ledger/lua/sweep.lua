-- A time later than any that is given now was given by a clock that has stepped back since.
local function due(line, longest)
  local refs = redis.call('ZRANGEBYSCORE', line, '-inf', text(now), 'LIMIT', 0, args.limit)
  if longest then
    local late = redis.call('ZRANGEBYSCORE', line, '(' .. text(now + longest), '+inf', 'LIMIT', 0, args.limit - #refs)
    for _, ref in ipairs(late) do refs[#refs + 1] = ref end
  end
  return refs
end

local function sweep_later(stage)
  local ready = {}
  for state, longest in pairs({ retrying = args.longest_wait, held = false }) do
    local line = line_key(state, stage)
    for _, ref in ipairs(due(line, longest)) do
      guarded(ref, stage, function()
        if not redis.call('HGET', record_key(ref), 'state') then error('gone') end
        if longest then log(record_key(ref), 'queued', stage, 'due again') end
        redis.call('ZREM', line, ref)
        ready[#ready + 1] = ref
      end)
    end
  end
  enqueue(stage, ready)
  return #ready
end

-- The clock was set back: what waits aside for a probe or for an earlier revision does so by moments that are far away now.
-- What is under an embargo waits for its own moment, however far that is.
local function sweep_aside(stage)
  local ready, line = {}, line_key('held', stage)
  for _, ref in ipairs(redis.call('ZRANGEBYSCORE', line, '(' .. text(now), '+inf')) do
    guarded(ref, stage, function()
      local is = redis.call('HMGET', record_key(ref), 'state', 'reason')
      if not is[1] then error('gone') end
      if is[2] == 'embargo' then return end
      redis.call('ZREM', line, ref)
      ready[#ready + 1] = ref
    end)
  end
  enqueue(stage, ready)
  return #ready
end

-- Who held it, as `host:boot`, if that one says every few seconds that it lives.
local function worker_of(ref)
  local holder = redis.call('HGET', record_key(ref), 'holder')
  return holder and holder:match('^(.+:.+):%d+$')
end

-- What is lost: ref -> the worker that fell silent with it, or false where a lease ended though its worker speaks or has no
-- record. Nobody counts as silent who could not be heard: after Redis itself was away all get the time to speak again.
local function lost_by(stage, listening)
  local line, lost, speaks = line_key('working', stage), {}, {}
  local function look(ref, ended)
    local fine, worker = pcall(worker_of, ref)
    if fine and worker and speaks[worker] == nil then
      speaks[worker] = redis.call('EXISTS', worker_key(stage, worker)) == 1
    end
    if not fine then
      lost[ref] = false
    elseif worker and not speaks[worker] then
      if listening or ended then lost[ref] = worker end
    elseif ended then
      lost[ref] = false
    end
  end
  for _, ref in ipairs(due(line, args.lease)) do look(ref, true) end
  if listening then
    for _, ref in ipairs(redis.call('ZRANGE', line, 0, args.limit - 1)) do
      if lost[ref] == nil then look(ref, false) end
    end
  end
  return lost
end

local function sweep_working(stage, listening)
  local again, count_of_lost = {}, 0
  for ref, worker in pairs(lost_by(stage, listening)) do
    count_of_lost = count_of_lost + 1
    guarded(ref, stage, function()
      local key = record_key(ref)
      if redis.call('HGET', key, 'state') ~= 'working' then error('it is not worked on') end
      local goes
      if worker then
        goes = fell_silent(ref, key, stage, worker)
      else
        goes = crashed(ref, key, stage, 'its lease ended')
      end
      if goes then again[#again + 1] = ref end
    end)
  end
  table.sort(again)
  enqueue(stage, again)
  return count_of_lost
end

-- Since when have sweeps followed each other without a gap?
local function listening_since()
  local last = tonumber(redis.call('GET', 'ledger:swept') or '0')
  if last > now or now - last > args.silence then redis.call('SET', 'ledger:listening', text(now)) end
  return tonumber(redis.call('GET', 'ledger:listening') or '0')
end

local function in_flight()
  local articles = 0
  for _, stage in ipairs({ 'normalize', 'index' }) do
    for _, state in ipairs({ 'waiting', 'working', 'retrying', 'held' }) do
      articles = articles + redis.call('ZCARD', line_key(state, stage))
    end
  end
  return articles
end

-- How much Redis uses at the least in each hour: what is kept, without what is on its way. Looked at once a minute.
local function note_memory(last)
  if math.floor(now / 60000000) == math.floor(last / 60000000) then return end
  local hour, used = math.floor(now / 3600000000), (memory())
  local least = tonumber(redis.call('HGET', 'ledger:memory', hour) or '')
  if least and least <= used then return end
  redis.call('HSET', 'ledger:memory', hour, used)
  if least then return end
  for _, old in ipairs(redis.call('HKEYS', 'ledger:memory')) do
    if tonumber(old) <= hour - args.memory_hours or tonumber(old) > hour then redis.call('HDEL', 'ledger:memory', old) end
  end
end

-- How many were on their way in each of the last sixty minutes: is the queue growing? Looked at once a minute.
local function note_backlog(last)
  local minute = math.floor(now / 60000000)
  if minute == math.floor(last / 60000000) then return end
  redis.call('HSET', 'ledger:backlog', minute, in_flight())
  for _, old in ipairs(redis.call('HKEYS', 'ledger:backlog')) do
    if tonumber(old) < minute - 60 or tonumber(old) > minute then redis.call('HDEL', 'ledger:backlog', old) end
  end
end

-- Returns how many came back because they were due, how many because their worker was lost, and how many are on their way.
function calls.sweep()
  local last = tonumber(redis.call('GET', 'ledger:swept') or '0')
  if last <= now and now - last < args.interval then return cmsgpack.pack({ 0, 0, in_flight() }) end
  local listening = now - listening_since() > args.silence
  redis.call('SET', 'ledger:swept', text(now))
  note_memory(last)
  note_backlog(last)
  local later, working = 0, 0
  for _, stage in ipairs({ 'normalize', 'index' }) do
    if last > now then later = later + sweep_aside(stage) end
    later = later + sweep_later(stage)
    working = working + sweep_working(stage, listening)
    -- A bell that was lost is rung anew; while a stage rests, one bell a sweep brings its probe.
    if redis.call('LLEN', stage) == 0 then ring(stage, rests('stage', stage) and 1 or args.bells) end
  end
  return cmsgpack.pack({ later, working, in_flight() })
end
