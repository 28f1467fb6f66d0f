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

-- A worker says every few seconds that it lives. Who fell silent has lost what it holds, unless nobody could be heard:
-- after Redis itself was away all get the time to speak again.
local function is_silent(holder, stage, known)
  local worker = holder:match('^(.+:.+):%d+$')
  if not worker then return false end
  if known[worker] == nil then known[worker] = redis.call('EXISTS', 'worker:' .. stage .. ':' .. worker) == 1 end
  return not known[worker]
end

local function sweep_working(stage, listening)
  local line, known, lost = line_key('working', stage), {}, {}
  for _, ref in ipairs(due(line, args.lease)) do lost[ref] = 'its lease ended' end
  if listening then
    for _, ref in ipairs(redis.call('ZRANGE', line, 0, args.limit - 1)) do
      local fine, holder = pcall(redis.call, 'HGET', record_key(ref), 'holder')
      if not fine then lost[ref] = 'gone' end
      if fine and holder and is_silent(holder, stage, known) then lost[ref] = lost[ref] or 'it fell silent' end
    end
  end
  local again, crashes = {}, 0
  for ref, cause in pairs(lost) do
    crashes = crashes + 1
    guarded(ref, stage, function()
      if redis.call('HGET', record_key(ref), 'state') ~= 'working' then error('it is not worked on') end
      if crashed(ref, record_key(ref), stage, cause) then again[#again + 1] = ref end
    end)
  end
  table.sort(again)
  enqueue(stage, again)
  return crashes
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

-- Returns how many came back because they were due, how many because their worker was lost, and how many are on their way.
function calls.sweep()
  local last = tonumber(redis.call('GET', 'ledger:swept') or '0')
  if last <= now and now - last < args.interval then return cmsgpack.pack({ 0, 0, in_flight() }) end
  local listening = now - listening_since() > args.silence
  redis.call('SET', 'ledger:swept', text(now))
  local later, working = 0, 0
  for _, stage in ipairs({ 'normalize', 'index' }) do
    later = later + sweep_later(stage)
    working = working + sweep_working(stage, listening)
    -- A bell that was lost is rung anew; while a stage rests, one bell a sweep brings its probe.
    if redis.call('LLEN', stage) == 0 then ring(stage, rests('stage', stage) and 1 or args.bells) end
  end
  return cmsgpack.pack({ later, working, in_flight() })
end
