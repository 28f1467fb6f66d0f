-- The ledger: the only writer of an article's state. One call, one atomic change of record, counters and queues.
--
-- art:<ref>          hash    the record of one revision (ref = id@rev): state, stage, token, lease, meta, log …
-- art:<ref>:raw      string  the input's bytes (zstd), until normalized
-- art:<ref>:article  string  the canonical article (JSON), until indexed
-- head:<id>          hash    rev and sha of the newest revision, and its owner where a publisher pushed it
-- alias:<address>    string  the article an address or a content hash belongs to
-- rcpt:<receipt>     string  "<ref>" or, for what ended at the door, "<ref> duplicate|superseded <µs>"
-- ledger:balance     hash    the counters of the balance equation
-- ledger:waiting:<stage> zset  refs on the queue, by the sequence number of their message
-- ledger:working:<stage> zset  refs claimed, by the end of their lease (µs)
-- ledger:retrying:<stage>, ledger:held:<stage>  zset  refs that wait for a time, by when they are due (µs)
-- ledger:dead        zset    dead refs, by when they died (µs)

local command, args = ARGV[1], cmsgpack.unpack(ARGV[2])
local now = args.now

local function text(number) return string.format('%.0f', number) end
local function record_key(ref) return 'art:' .. ref end
local function count(name, by) redis.call('HINCRBY', 'ledger:balance', name, by) end

local function log(key, state, stage, note)
  local line = text(now) .. '|' .. state .. '|' .. stage .. '|' .. (note or '')
  local before = redis.call('HGET', key, 'log')
  redis.call('HSET', key, 'log', before and (before .. '\n' .. line) or line)
end

local sent = 0
-- Put a message of refs on a stage's queue, in the envelope kombu built, and note its place in the line.
local function send(stage, refs)
  if #refs == 0 then return end
  sent = sent + 1
  local seq = redis.call('INCR', 'ledger:seq:' .. stage)
  local body = '[[' .. args.version .. ',' .. cjson.encode(refs) .. '],{},'
    .. '{"callbacks":null,"errbacks":null,"chain":null,"chord":null}]'
  local quoted = cjson.encode(body)
  local id = args.nonce .. '-' .. sent
  local message = args.envelopes[stage]:gsub('@ID@', id):gsub('"@BODY@"', function() return quoted end)
  redis.call('LPUSH', stage, message)
  for _, ref in ipairs(refs) do
    redis.call('ZADD', 'ledger:waiting:' .. stage, seq, ref)
    redis.call('HSET', record_key(ref), 'state', 'queued', 'seq', seq)
    redis.call('HDEL', record_key(ref), 'suspect', 'token', 'lease', 'message', 'holder')
  end
end

local function send_in_batches(stage, refs)
  local batch, bytes = {}, 0
  local body = stage == 'index' and ':article' or ':raw'
  for _, ref in ipairs(refs) do
    local size = redis.call('STRLEN', record_key(ref) .. body)
    if #batch > 0 and (#batch >= args.batch_articles or bytes + size > args.batch_bytes) then
      send(stage, batch)
      batch, bytes = {}, 0
    end
    batch[#batch + 1] = ref
    bytes = bytes + size
  end
  send(stage, batch)
end

local function finish(ref, key, outcome, stage, note)
  redis.call('HSET', key, 'state', outcome)
  redis.call('HDEL', key, 'token', 'lease', 'message', 'holder', 'seq', 'suspect')
  redis.call('DEL', key .. ':raw', key .. ':article')
  log(key, outcome, stage, note)
  count(outcome, 1)
  redis.call('EXPIRE', key, args.receipt_retention)
  local receipt = redis.call('HGET', key, 'receipt')
  if receipt then redis.call('EXPIRE', 'rcpt:' .. receipt, args.receipt_retention) end
end

local function bury(ref, key, stage, reason, note)
  redis.call('ZREM', 'ledger:working:' .. stage, ref)
  redis.call('ZREM', 'ledger:waiting:' .. stage, ref)
  redis.call('HSET', key, 'state', 'dead', 'reason', reason, 'note', note or '')
  redis.call('HDEL', key, 'token', 'lease', 'message', 'holder')
  redis.call('ZADD', 'ledger:dead', text(now), ref)
  redis.call('PERSIST', key)
  count('dead', 1)
  log(key, 'dead', stage, reason .. (note and note ~= '' and (': ' .. note) or ''))
  if reason == 'permanent' or reason == 'undecodable' then return end -- the input's fault, not the release's
  local burst = redis.call('INCR', 'ledger:deaths:' .. stage)
  if burst == 1 then redis.call('EXPIRE', 'ledger:deaths:' .. stage, 60) end
  if burst >= args.burst then redis.call('SET', 'ledger:paused:' .. stage, text(now), 'EX', args.pause) end
end

-- The worker that held it died, or its lease ended: travel alone from now on, and no more than three times.
local function crashed(ref, key, stage)
  local crashes = redis.call('HINCRBY', key, 'crashes', 1)
  redis.call('ZREM', 'ledger:working:' .. stage, ref)
  redis.call('HSET', key, 'alone', 1)
  if crashes >= args.max_crashes then
    bury(ref, key, stage, 'poison', 'its worker died ' .. crashes .. ' times on it')
    return 'dead'
  end
  log(key, 'queued', stage, 'worker lost')
  return 'alone'
end

local calls = {}

-- Whose an input is by its addresses, else by its content. Equal content makes one article of two addresses only where one
-- owner has both: else whoever repeats another's words would take a share in the article.
local function find_article(item)
  for _, alias in ipairs(item.aliases) do
    local article = redis.call('GET', 'alias:' .. alias)
    if article then return article, false end
  end
  local twin = redis.call('GET', 'alias:' .. item.sha)
  if twin then
    local owner = redis.call('HGET', 'head:' .. twin, 'owner') or ''
    if #item.aliases == 0 or owner == item.owner then return twin, true end
  end
  return item.id, false
end

local function claim_aliases(item, article)
  for _, alias in ipairs(item.aliases) do
    redis.call('SET', 'alias:' .. alias, article, 'NX')
    redis.call('EXPIRE', 'alias:' .. alias, args.retention)
  end
  redis.call('SET', 'alias:' .. item.sha, article, 'NX')
  redis.call('EXPIRE', 'alias:' .. item.sha, args.retention)
end

-- An input that ends at the door: its receipt says how, and which revision has its place.
local function settle(item, outcome, ref)
  redis.call('SET', 'rcpt:' .. item.receipt, ref .. ' ' .. outcome .. ' ' .. text(now), 'EX', args.receipt_retention)
  count('accepted', 1)
  count(outcome, 1)
  return { outcome, ref }
end

local function next_rev(item, article, last_rev)
  local rev = item.rev
  if args.recovering then
    while redis.call('EXISTS', record_key(article .. '@' .. text(rev))) == 1 do rev = rev + 1 end
  elseif last_rev >= rev then
    rev = last_rev + 1
  end
  return rev
end

local function enter(item, article, last_rev, body)
  local rev = next_rev(item, article, last_rev)
  local head = 'head:' .. article
  if rev > last_rev then redis.call('HSET', head, 'rev', text(rev), 'sha', item.sha) end
  if item.owner ~= '' then redis.call('HSET', head, 'owner', item.owner) end
  redis.call('EXPIRE', head, args.retention)
  local ref = article .. '@' .. text(rev)
  local key = record_key(ref)
  redis.call('HSET', key, 'v', args.version, 'receipt', item.receipt, 'meta', item.meta,
    'stage', 'normalize', 'state', 'queued', 'attempts', 0, 'crashes', 0, 'since', text(now))
  redis.call('SET', key .. ':raw', body)
  redis.call('SET', 'rcpt:' .. item.receipt, ref)
  log(key, 'received', 'ingest')
  count('accepted', 1)
  return ref
end

local function is_same(item, article, head, by_content)
  if not (by_content or head[2] == item.sha) then return false end
  if not (item.again and head[1]) then return true end
  local last = redis.call('HGET', record_key(article .. '@' .. head[1]), 'state')
  return last ~= 'dead' and last ~= 'discarded'
end

-- What a publisher pushed stays theirs: no other publisher revises it, and what a feed tells of it does not replace it.
local function take_in(item, body)
  local known = redis.call('GET', 'rcpt:' .. item.receipt)
  if known then return { 'known', known } end
  local article, by_content = find_article(item)
  local head = redis.call('HMGET', 'head:' .. article, 'rev', 'sha', 'owner')
  local ref = article .. '@' .. (head[1] or '0')
  local foreign = not by_content and head[3] and head[3] ~= item.owner
  if foreign and item.owner ~= '' then return { 'refused', ref } end
  claim_aliases(item, article)
  if is_same(item, article, head, by_content) then return settle(item, 'duplicate', ref) end
  if foreign then return settle(item, 'superseded', ref) end
  return { 'received', enter(item, article, tonumber(head[1] or '0'), body) }
end

-- items: {receipt, id, rev, aliases, sha, owner, meta, again}; ARGV[3…] their bodies. One message for all that are new.
function calls.accept()
  local replies, fresh = {}, {}
  for i, item in ipairs(args.items) do
    replies[i] = take_in(item, ARGV[2 + i])
    if replies[i][1] == 'received' then fresh[#fresh + 1] = replies[i][2] end
  end
  send('normalize', fresh)
  return cmsgpack.pack(replies)
end

-- A record that is gone or makes no sense is dead at once, with what is left of it; its bytes are in the archive.
local function condemn(ref, stage, why)
  local key = record_key(ref)
  local kind = redis.call('TYPE', key).ok
  if kind ~= 'hash' and kind ~= 'none' then redis.call('RENAME', key, 'stray:' .. ref) end
  for _, line in ipairs({ 'waiting', 'working', 'retrying', 'held' }) do
    redis.call('ZREM', 'ledger:' .. line .. ':' .. stage, ref)
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
    if redis.call('ZSCORE', 'ledger:waiting:' .. stage, ref) then error('gone') end
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
  if redis.call('ZSCORE', 'ledger:waiting:' .. stage, ref) then error('no such state') end
  return 'busy'
end

local function hold_back(ref, stage)
  redis.call('ZREM', 'ledger:waiting:' .. stage, ref)
  redis.call('HSET', record_key(ref), 'state', 'held')
  redis.call('ZADD', 'ledger:held:' .. stage, text(now + args.pause * 1000000), ref)
end

local function take(ref, stage, token, seq)
  local key = record_key(ref)
  local lease = text(now + args.lease)
  local attempts = redis.call('HINCRBY', key, 'attempts', 1)
  redis.call('HSET', key, 'state', 'working', 'token', token, 'lease', lease, 'message', args.message,
    'holder', args.worker)
  redis.call('HDEL', key, 'suspect')
  redis.call('ZREM', 'ledger:waiting:' .. stage, ref)
  redis.call('ZADD', 'ledger:working:' .. stage, lease, ref)
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
      redis.call('ZREM', 'ledger:working:' .. args.stage, item.ref)
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
        redis.call('ZREM', 'ledger:working:' .. args.stage, item.ref)
        redis.call('HSET', key, 'state', state, 'reason', item.reason, 'note', item.note or '')
        if item.alone then redis.call('HSET', key, 'alone', 1) end
        if state == 'held' then redis.call('HINCRBY', key, 'attempts', -1) end
        redis.call('ZADD', 'ledger:' .. state .. ':' .. args.stage, text(item.due), item.ref)
        log(key, state, args.stage, item.reason .. (item.note and item.note ~= '' and (': ' .. item.note) or ''))
      end
    end
  end
  return cmsgpack.pack(replies)
end

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
    local line = 'ledger:' .. state .. ':' .. stage
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
  local line, too_late = 'ledger:working:' .. stage, '(' .. text(now + args.lease)
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
  for _, ref in ipairs(redis.call('ZRANGEBYSCORE', 'ledger:waiting:' .. stage, '-inf', upto, 'LIMIT', 0, args.limit)) do
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

-- refs of dead articles go back to the stage where they died, alone.
function calls.replay()
  local again, done = { normalize = {}, index = {} }, {}
  for i, ref in ipairs(args.refs) do
    local key = record_key(ref)
    local is = redis.call('HMGET', key, 'state', 'stage')
    done[i] = is[1] == 'dead'
    if done[i] then
      local stage = is[2] == 'index' and 'index' or 'normalize'
      redis.call('ZREM', 'ledger:dead', ref)
      count('dead', -1)
      redis.call('HSET', key, 'stage', stage, 'attempts', 0, 'crashes', 0, 'alone', 1)
      redis.call('HDEL', key, 'reason', 'note')
      log(key, 'queued', stage, 'replayed')
      table.insert(again[stage], ref)
    end
  end
  for stage, refs in pairs(again) do
    redis.call('DEL', 'ledger:deaths:' .. stage)
    send_again(stage, refs)
  end
  return cmsgpack.pack(done)
end

function calls.discard()
  local done = {}
  for i, ref in ipairs(args.refs) do
    local key = record_key(ref)
    local is = redis.call('HMGET', key, 'state', 'stage')
    done[i] = is[1] == 'dead'
    if done[i] then
      redis.call('ZREM', 'ledger:dead', ref)
      count('dead', -1)
      finish(ref, key, 'discarded', is[2] or '', args.reason)
    end
  end
  return cmsgpack.pack(done)
end

return calls[command]()
