-- A record that is gone or makes no sense is dead at once, with what is left of it; its bytes are in the archive.
local function condemn(ref, stage, why)
  local key = record_key(ref)
  local kind = redis.call('TYPE', key).ok
  if kind ~= 'hash' and kind ~= 'none' then redis.call('RENAME', key, 'stray:' .. ref) end
  for _, line in ipairs({ 'waiting', 'working', 'retrying', 'held' }) do
    redis.call('ZREM', line_key(line, stage), ref)
  end
  redis.call('HSET', key, 'stage', stage, 'attempts', 0, 'crashes', 0)
  bury(ref, key, stage, 'undecodable', why)
end

-- Run one article's part; if its record makes that impossible, it dies alone and the batch goes on.
local function guarded(ref, stage, part)
  local fine, result = pcall(part)
  if fine then return result end
  condemn(ref, stage, 'its record makes no sense')
  return nil
end

local function status_of(ref, stage, is)
  if not is[1] or not is[2] then
    if redis.call('ZSCORE', line_key('waiting', stage), ref) then error('gone') end
    return 'done'
  end
  if is[2] ~= stage then return 'done' end
  if is[1] == 'queued' then return 'claimed' end
  if is[1] == 'working' then
    if tonumber(is[3] or '0') > now and not args.lost[ref] then
      return is[4] == args.message and 'again' or 'busy'
    end
    return crashed(ref, record_key(ref), stage)
  end
  if redis.call('ZSCORE', line_key('waiting', stage), ref) then error('no such state') end
  return 'busy'
end

local function hold_back(ref, stage)
  redis.call('ZREM', line_key('waiting', stage), ref)
  redis.call('HSET', record_key(ref), 'state', 'held')
  redis.call('ZADD', line_key('held', stage), text(now + args.pause * 1000000), ref)
end

local function take(ref, stage, token, seq)
  local key = record_key(ref)
  local lease = text(now + args.lease)
  local attempts = redis.call('HINCRBY', key, 'attempts', 1)
  redis.call('HSET', key, 'state', 'working', 'token', token, 'lease', lease, 'message', args.message,
    'holder', args.worker)
  redis.call('HDEL', key, 'suspect')
  redis.call('ZREM', line_key('waiting', stage), ref)
  redis.call('ZADD', line_key('working', stage), lease, ref)
  local passed = tonumber(redis.call('GET', 'ledger:passed:' .. stage) or '0')
  if seq and tonumber(seq) > passed then redis.call('SET', 'ledger:passed:' .. stage, seq) end
  log(key, 'working', stage, args.worker)
  return attempts
end

local function claim_one(ref, stage, token, paused, alone)
  local key = record_key(ref)
  local is = redis.call('HMGET', key, 'state', 'stage', 'lease', 'message', 'seq', 'holder')
  local status = status_of(ref, stage, is)
  if status == 'alone' and #args.refs == 1 then status = 'claimed' end
  if status == 'alone' then alone[#alone + 1] = ref end
  if status == 'claimed' and paused then
    hold_back(ref, stage)
    status = 'paused'
  end
  if status ~= 'claimed' then return { { status, is[6] or '', 0, '', '' }, '', '' } end
  local attempts = take(ref, stage, token, is[5])
  local more = redis.call('HMGET', key, 'meta', 'log', 'receipt')
  local body = redis.call('GET', key .. (stage == 'index' and ':article' or ':raw')) or ''
  return { { status, token, attempts, more[2] or '', more[3] or '' }, more[1] or '', body }
end

-- Returns for each ref {status, token, attempts, log, receipt}, and beside them its meta and its body as they are.
-- A message that comes again while its lease runs has status 'again', and who held it in place of the token: the caller
-- looks whether that process lives and names the ref in `lost` if not.
function calls.claim()
  local stage, replies, beside, alone = args.stage, {}, { '' }, {}
  local paused = redis.call('EXISTS', 'ledger:paused:' .. stage) == 1
  for i, ref in ipairs(args.refs) do
    local found = guarded(ref, stage, function()
      return claim_one(ref, stage, args.nonce .. ':' .. i, paused, alone)
    end) or { { 'dead', '', 0, '', '' }, '', '' }
    replies[i], beside[2 * i], beside[2 * i + 1] = found[1], found[2], found[3]
  end
  for _, ref in ipairs(alone) do send(stage, { ref }) end
  beside[1] = cmsgpack.pack(replies)
  return beside
end

local function holds(item, key)
  local is = redis.call('HMGET', key, 'token', 'state', 'stage')
  return is[1] == item.token and is[2] == 'working' and is[3] == args.stage
end

-- items: {ref, token, outcome, note}; ARGV[3…] the article of each that goes on to the index.
function calls.commit()
  local replies, onward = {}, {}
  for i, item in ipairs(args.items) do
    local key = record_key(item.ref)
    if not holds(item, key) then
      replies[i] = 'stale'
    else
      replies[i] = 'ok'
      redis.call('ZREM', line_key('working', args.stage), item.ref)
      if item.outcome == 'normalized' then
        redis.call('SET', key .. ':article', ARGV[2 + i])
        redis.call('DEL', key .. ':raw')
        redis.call('HSET', key, 'stage', 'index', 'attempts', 0, 'crashes', 0)
        redis.call('HDEL', key, 'alone')
        log(key, 'normalized', 'normalize', item.note)
        onward[#onward + 1] = item.ref
      else
        finish(item.ref, key, item.outcome, args.stage, item.note)
      end
    end
  end
  send_in_batches('index', onward)
  return cmsgpack.pack(replies)
end

-- items: {ref, token, verdict = retry|hold|dead, due, reason, note, alone}
function calls.fail()
  local replies = {}
  for i, item in ipairs(args.items) do
    local key = record_key(item.ref)
    if not holds(item, key) then
      replies[i] = 'stale'
    else
      replies[i] = 'ok'
      if item.verdict == 'dead' then
        bury(item.ref, key, args.stage, item.reason, item.note)
      else
        local state = item.verdict == 'hold' and 'held' or 'retrying'
        redis.call('ZREM', line_key('working', args.stage), item.ref)
        redis.call('HSET', key, 'state', state, 'reason', item.reason, 'note', item.note or '')
        if item.alone then redis.call('HSET', key, 'alone', 1) end
        if state == 'held' then redis.call('HINCRBY', key, 'attempts', -1) end
        redis.call('ZADD', line_key(state, args.stage), text(item.due), item.ref)
        log(key, state, args.stage, item.reason .. (item.note and item.note ~= '' and (': ' .. item.note) or ''))
      end
    end
  end
  return cmsgpack.pack(replies)
end
