-- A record that is gone or makes no sense is dead at once, with what is left of it; its bytes are in the archive. What stood
-- in no line had come to its end before and is in the books already.
local function condemn(ref, stage, why)
  local key, stood = record_key(ref), 0
  local kind = redis.call('TYPE', key).ok
  if kind ~= 'hash' and kind ~= 'none' then redis.call('RENAME', key, 'stray:' .. ref) end
  for _, line in ipairs({ 'waiting', 'working', 'retrying', 'held' }) do
    stood = stood + redis.call('ZREM', line_key(line, 'normalize'), ref) + redis.call('ZREM', line_key(line, 'index'), ref)
  end
  if stood == 0 then return end
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

local BODY = { normalize = ':raw', index = ':article' }

-- Above nine tenths of Redis' memory nothing new is cleaned: the index drains first, and the courier keeps its headroom.
local function has_room(stage)
  if stage ~= 'normalize' then return true end
  local used, most = memory()
  return most == 0 or used * 100 < most * args.drain_percent
end

-- What is read of a record that may be taken up.
local WAITING = { 'state', 'stage', 'silent', 'attempts', 'log', 'source', 'receipt', 'meta', 'v', 'alone', 'after' }

-- `found` is {ref, key, what was read, body}. Returns what its worker gets of it, as handed_out does.
local function take(found, stage, token)
  local ref, key, is = found.ref, found.key, found.is
  if is[3] then redis.call('HSET', key, 'silent', table.concat(still_silent(key, stage), ' ')) end
  local lease, attempts = text(now + args.lease), tonumber(is[4] or '0') + 1
  redis.call('ZREM', line_key('waiting', stage), ref)
  redis.call('ZADD', line_key('working', stage), lease, ref)
  local lines = log_as(key, is[5], is[6], 'working', stage, args.worker,
    'state', 'working', 'token', token, 'lease', lease, 'holder', args.worker, 'attempts', attempts)
  return { { ref, token, attempts, lines, is[7] or '', tonumber(is[9]) or 1 }, is[8] or '', found.body }
end

local function is_held_by(ref, token)
  local is = redis.call('HMGET', record_key(ref), 'token', 'state')
  return is[1] == token and is[2] == 'working'
end

-- What a worker gets of an article it holds: {ref, token, attempts, log, receipt, version}, its meta, its body.
local function handed_out(ref, stage, token)
  local key = record_key(ref)
  local is = redis.call('HMGET', key, 'attempts', 'log', 'receipt', 'meta', 'v')
  local body = redis.call('GET', key .. BODY[stage]) or ''
  return { { ref, token, tonumber(is[1]), is[2] or '', is[3] or '', tonumber(is[5]) or 1 }, is[4] or '', body }
end

-- Of a source at rest one article is let through when its probe is due; the others wait aside.
local function is_held_back(ref, stage)
  local source = redis.call('HGET', record_key(ref), 'source')
  if not source or may_work('source', source) then return false end
  redis.call('ZREM', line_key('waiting', stage), ref)
  redis.call('HSET', record_key(ref), 'state', 'held')
  redis.call('ZADD', line_key('held', stage), text(now + args.probe), ref)
  return true
end

-- How long one that overtook an earlier revision waits until the next look.
local OVERTOOK = 500000

-- Is the revision before not read yet? Under an embargo it holds this one too, which may say nothing of it: so this one
-- waits aside, until the other is held, has ended, is dead, or is taken up with it.
local function is_ahead(ref, key, after, taken)
  local before = ref:match('^(.*)@%d+$') .. '@' .. after
  local is = redis.pcall('HMGET', record_key(before), 'state', 'stage', 'reason') -- what makes no sense keeps nothing back
  local is_read = not is[1] or ENDED[is[1]] or is[1] == 'dead' or (is[1] == 'held' and is[2] == 'index' and is[3] == 'embargo')
  for _, found in ipairs(taken) do is_read = is_read or found.ref == before end
  if is_read then return false end
  redis.call('ZREM', line_key('waiting', 'index'), ref)
  redis.call('HSET', key, 'state', 'held', 'reason', 'overtook')
  redis.call('ZADD', line_key('held', 'index'), text(now + OVERTOOK), ref)
  return true
end

-- Read one that waits; nil where it has to wait aside. `taken` are those that are taken up with it.
local function look_at(ref, stage, resting, taken)
  local key = record_key(ref)
  local is = redis.call('HMGET', key, unpack(WAITING))
  if resting and is_held_back(ref, stage) then return nil end
  if is[1] ~= 'queued' or is[2] ~= stage then error('it does not wait here') end
  if is[11] and stage == 'index' and is_ahead(ref, key, is[11], taken) then return nil end
  return { ref = ref, key = key, is = is, body = redis.call('GET', key .. BODY[stage]) or '' }
end

-- The next that wait, at most a batch of them and of their bytes. One that may have ended its worker goes alone. Of a line
-- that begins with many that go aside, four batches are looked at: the others stay where they are, and come next.
local function next_in_line(stage)
  local taken, bytes = {}, 0
  local resting = redis.call('SCARD', 'health') > 0
  for _ = 1, 4 do
    local refs = redis.call('ZRANGE', line_key('waiting', stage), #taken, #taken + args.most - 1)
    for _, ref in ipairs(refs) do
      local found = guarded(ref, stage, function() return look_at(ref, stage, resting, taken) end)
      local alone = found and found.is[10]
      if found and #taken > 0 and (alone or bytes + #found.body > args.batch_bytes) then return taken end
      if found then
        taken[#taken + 1] = found
        bytes = bytes + #found.body
      end
      if alone or #taken == args.most then return taken end
    end
    if #refs < args.most then return taken end
  end
  return taken
end

-- Count for the worker's record, if it has one.
local function count_for_worker(field, by)
  local worker = args.worker:match('^(.+:.+):%d+$')
  local key = worker and worker_key(args.stage, worker)
  if key and by > 0 and redis.call('EXISTS', key) == 1 then redis.call('HINCRBY', key, field, by) end
end

-- Take up the next that wait. The same call made again, as a client does that lost the answer, gives the same answer.
-- Returns for each {ref, token, attempts, log, receipt, version}, and beside them its meta and its body as they are.
function calls.claim()
  local stage, taken = args.stage, {}
  local key = 'ledger:claim:' .. args.message
  local before = redis.call('HGET', key, args.nonce)
  if before then
    for i, ref in ipairs(cjson.decode(before)) do
      if is_held_by(ref, args.nonce .. ':' .. i) then
        taken[#taken + 1] = handed_out(ref, stage, args.nonce .. ':' .. i)
      end
    end
  elseif may_work('stage', stage) and has_room(stage) then
    local refs = {}
    for i, found in ipairs(next_in_line(stage)) do
      refs[i] = found.ref
      local one = guarded(found.ref, stage, function() return take(found, stage, args.nonce .. ':' .. i) end)
      if one then taken[#taken + 1] = one end
    end
    if #refs > 0 then
      redis.call('HSET', key, args.nonce, cjson.encode(refs))
      redis.call('PEXPIRE', key, math.ceil(args.lease / 1000))
      redis.call('SET', 'ledger:claimed:' .. stage, text(now))
      count_for_worker('taken', #taken)
      ring(stage, 1)
    end
  end
  local replies, beside = {}, { '' }
  for i, one in ipairs(taken) do
    replies[i], beside[2 * i], beside[2 * i + 1] = one[1], one[2], one[3]
  end
  beside[1] = cmsgpack.pack(replies)
  return beside
end

local function holds(item, key)
  local is = redis.call('HMGET', key, 'token', 'state', 'stage', 'log', 'source', 'receipt', 'renews')
  if is[1] ~= item.token or is[2] ~= 'working' or is[3] ~= args.stage then return nil end
  return { log = is[4], source = is[5], receipt = is[6], renews = is[7] }
end

-- Do each item's part, which gets what was read of its record, if its token still holds: 'ok', or 'stale' where nothing was
-- changed. A record that makes no sense dies alone.
local function for_each_held(part)
  local replies = {}
  for i, item in ipairs(args.items) do
    local key = record_key(item.ref)
    replies[i] = guarded(item.ref, args.stage, function()
      local is = holds(item, key)
      if not is then return 'stale' end
      part(i, item, key, is)
      redis.call('ZREM', line_key('working', args.stage), item.ref)
      return 'ok'
    end) or 'stale'
  end
  return replies
end

-- Something succeeded: whatever rested on that account works again, and all that waits may come.
local function opened_by(stage, source)
  if open('stage', stage) then ring(stage, args.bells) end
  if source then open('source', source) end
end

-- What was read once more and is another article now is the newest revision, which its publisher may name.
local function raise_head(ref)
  local article, rev = ref:match('^(.*)@(%d+)$')
  local head = read_head(article)
  if head[1] and tonumber(head[1]) < tonumber(rev) then keep_head(article, { rev = rev }) end
end

-- items: {ref, token, outcome, note}; ARGV[3…] the article of each that goes on to the index.
function calls.commit()
  local onward, place = 0, args.stage == 'normalize' and next_places('index', #args.items)
  local resting = redis.call('SCARD', 'health') > 0
  local replies = for_each_held(function(i, item, key, is)
    if resting then opened_by(args.stage, is.source) end
    if is.renews and item.outcome == 'indexed' then raise_head(item.ref) end
    if item.outcome ~= 'normalized' then return finish(item.ref, key, item.outcome, args.stage, item.note, is) end
    redis.call('SET', key .. ':article', ARGV[2 + i])
    redis.call('DEL', key .. ':raw')
    redis.call('HDEL', key, 'alone', 'silent', 'token', 'lease', 'holder')
    log_as(key, is.log, is.source, 'normalized', 'normalize', item.note,
      'state', 'queued', 'stage', 'index', 'seq', place + i, 'attempts', 0, 'crashes', 0)
    redis.call('ZADD', line_key('waiting', 'index'), place + i, item.ref)
    onward = onward + 1
  end)
  if onward > 0 then ring('index', onward) end
  return cmsgpack.pack(replies)
end

-- As if it had never been taken up: no attempt is counted, its place in the line is kept.
local function give_back(ref, key, stage)
  redis.call('HINCRBY', key, 'attempts', -1)
  local timeline = redis.call('HGET', key, 'log') or ''
  redis.call('HSET', key, 'state', 'queued', 'log', (timeline:gsub('\n[^\n]*$', '')))
  redis.call('HDEL', key, 'token', 'lease', 'holder')
  redis.call('ZADD', line_key('waiting', stage), redis.call('HGET', key, 'seq') or 0, ref)
  tell(ref, redis.call('HGET', key, 'source'), 'queued', stage, 'given back')
end

local function put_off(item, key, state)
  redis.call('HSET', key, 'state', state, 'reason', item.reason, 'note', item.note or '')
  redis.call('HDEL', key, 'token', 'lease', 'holder')
  if item.alone then redis.call('HSET', key, 'alone', 1) end
  if state == 'held' then redis.call('HINCRBY', key, 'attempts', -1) end
  redis.call('ZADD', line_key(state, args.stage), text(now + item.wait), item.ref)
  log(key, state, args.stage, item.reason .. (item.note and item.note ~= '' and (': ' .. item.note) or ''))
end

-- A flood of what nobody can read must not fill Redis: of all but the latest only the receipt stays, with the outcome. The
-- same bytes sent again are read again, since no record says any more that they were refused.
local function forget_refused(ref)
  local key, article, rev = record_key(ref), ref:match('^(.*)@(%d+)$')
  local is = redis.call('HMGET', key, 'receipt', 'source')
  local ttl = redis.call('TTL', key)
  redis.call('DEL', key)
  if is[1] and ttl > 0 then redis.call('SET', receipt_key(is[1]), ended_as(ref, 'refused', is[2]), 'EX', ttl) end
  if read_head(article)[1] == rev then keep_head(article, { sha = '' }) end
end

local function refuse(item, key)
  redis.call('HSET', key, 'reason', item.reason, 'note', item.note or '')
  redis.call('HINCRBY', 'ledger:refused', redis.call('HGET', key, 'source') or '-', 1)
  redis.call('ZADD', 'ledger:refusals', text(now), item.ref)
  finish(item.ref, key, 'refused', args.stage, item.note)
  local surplus = redis.call('ZCARD', 'ledger:refusals') - args.refusals_kept
  if surplus <= 0 then return end
  local oldest = redis.call('ZPOPMIN', 'ledger:refusals', surplus)
  for i = 1, #oldest, 2 do forget_refused(oldest[i]) end
end

-- items: {ref, token, verdict = retry|hold|dead|refused|back, wait (µs), reason, note, alone}
function calls.fail()
  return cmsgpack.pack(for_each_held(function(_, item, key)
    count_for_worker('failed', item.verdict == 'dead' and 1 or 0)
    if item.verdict == 'dead' then
      bury(item.ref, key, args.stage, item.reason, item.note)
    elseif item.verdict == 'refused' then
      refuse(item, key)
    elseif item.verdict == 'back' then
      give_back(item.ref, key, args.stage)
      pause('stage', args.stage, item.note)
    else
      put_off(item, key, item.verdict == 'hold' and 'held' or 'retrying')
    end
  end))
end

-- What the claims of a message took is given up by a worker that died on it, and why.
function calls.release()
  local key, again = 'ledger:claim:' .. args.message, {}
  for _, nonce in ipairs(redis.call('HKEYS', key)) do
    for i, ref in ipairs(cjson.decode(redis.call('HGET', key, nonce))) do
      guarded(ref, args.stage, function()
        if not is_held_by(ref, nonce .. ':' .. i) then return end
        if crashed(ref, record_key(ref), args.stage, args.cause) then again[#again + 1] = ref end
      end)
    end
  end
  redis.call('DEL', key)
  enqueue(args.stage, again)
  return cmsgpack.pack({ #again })
end
