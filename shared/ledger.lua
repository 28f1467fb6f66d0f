-- The ledger: the only writer of an article's state. One call, one atomic change of record, counters and queues.
--
-- art:<ref>          hash    the record of one revision (ref = id@rev): state, stage, token, lease, meta, log …
-- art:<ref>:raw      string  the input's bytes (zstd), until normalized
-- art:<ref>:article  string  the canonical article (JSON), until indexed
-- head:<id>          hash    rev and sha of the newest revision
-- alias:<address>    string  the article an address or a content hash belongs to
-- rcpt:<receipt>     string  "<ref>" or, for a duplicate, "<ref> duplicate <µs>"
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

-- items: {receipt, id, rev, aliases, sha, meta, again}; ARGV[3…] their bodies. One message for all that are new.
function calls.accept()
  local replies, fresh = {}, {}
  for i, item in ipairs(args.items) do
    local known = redis.call('GET', 'rcpt:' .. item.receipt)
    if known then
      replies[i] = { 'known', known }
    else
      local article, by_address = nil, false
      for _, alias in ipairs(item.aliases) do
        article = redis.call('GET', 'alias:' .. alias)
        if article then by_address = true break end
      end
      article = article or redis.call('GET', 'alias:' .. item.sha) or nil
      local by_content = article and not by_address
      article = article or item.id
      local head = redis.call('HMGET', 'head:' .. article, 'rev', 'sha')
      for _, alias in ipairs(item.aliases) do
        redis.call('SET', 'alias:' .. alias, article, 'NX')
        redis.call('EXPIRE', 'alias:' .. alias, args.retention)
      end
      redis.call('SET', 'alias:' .. item.sha, article, 'NX')
      redis.call('EXPIRE', 'alias:' .. item.sha, args.retention)
      count('accepted', 1)
      local same = by_content or head[2] == item.sha
      if same and item.again and head[1] then
        local last = redis.call('HGET', record_key(article .. '@' .. head[1]), 'state')
        if last == 'dead' or last == 'discarded' then same = false end
      end
      if same then
        local twin = article .. '@' .. (head[1] or '0')
        redis.call('SET', 'rcpt:' .. item.receipt, twin .. ' duplicate ' .. text(now), 'EX', args.receipt_retention)
        count('duplicate', 1)
        replies[i] = { 'duplicate', twin }
      else
        local rev, last_rev = item.rev, tonumber(head[1] or '0')
        if args.recovering then
          while redis.call('EXISTS', record_key(article .. '@' .. text(rev))) == 1 do rev = rev + 1 end
        elseif last_rev >= rev then
          rev = last_rev + 1
        end
        if rev > last_rev then redis.call('HSET', 'head:' .. article, 'rev', text(rev), 'sha', item.sha) end
        redis.call('EXPIRE', 'head:' .. article, args.retention)
        local ref = article .. '@' .. text(rev)
        local key = record_key(ref)
        redis.call('HSET', key, 'v', args.version, 'receipt', item.receipt, 'meta', item.meta,
          'stage', 'normalize', 'state', 'queued', 'attempts', 0, 'crashes', 0, 'since', text(now))
        redis.call('SET', key .. ':raw', ARGV[2 + i])
        redis.call('SET', 'rcpt:' .. item.receipt, ref)
        log(key, 'received', 'ingest')
        fresh[#fresh + 1] = ref
        replies[i] = { 'received', ref }
      end
    end
  end
  send('normalize', fresh)
  return cmsgpack.pack(replies)
end

-- A message that comes again while its lease runs has status 'again', and who held it in place of the token: the caller
-- looks whether that process lives and names the ref in `lost` if not. Returns for each ref {status, token, attempts, log, receipt}, and beside them its meta and its body as they are.
function calls.claim()
  local stage, replies, beside, alone = args.stage, {}, { '' }, {}
  local paused = redis.call('EXISTS', 'ledger:paused:' .. stage) == 1
  for i, ref in ipairs(args.refs) do
    local key = record_key(ref)
    local is = redis.call('HMGET', key, 'state', 'stage', 'lease', 'message', 'seq', 'holder')
    local status, token, meta, body = 'done', '', '', ''
    if is[1] and is[2] == stage then
      if is[1] == 'working' then
        if tonumber(is[3] or '0') > now and not args.lost[ref] then
          status = is[4] == args.message and 'again' or 'busy'
          token = is[6] or ''
        else
          status = crashed(ref, key, stage)
          if status == 'alone' and #args.refs == 1 then status = 'claimed' end
          if status == 'alone' then alone[#alone + 1] = ref end
        end
      elseif is[1] == 'queued' then
        status = 'claimed'
      else
        status = 'busy'
      end
    end
    if status == 'claimed' and paused then
      status = 'paused'
      redis.call('ZREM', 'ledger:waiting:' .. stage, ref)
      redis.call('HSET', key, 'state', 'held')
      redis.call('ZADD', 'ledger:held:' .. stage, text(now + args.pause * 1000000), ref)
    end
    if status == 'claimed' then
      local lease = now + args.lease
      local attempts = redis.call('HINCRBY', key, 'attempts', 1)
      token = args.nonce .. ':' .. i
      redis.call('HSET', key, 'state', 'working', 'token', token, 'lease', text(lease), 'message', args.message,
        'holder', args.worker)
      redis.call('HDEL', key, 'suspect')
      redis.call('ZREM', 'ledger:waiting:' .. stage, ref)
      redis.call('ZADD', 'ledger:working:' .. stage, text(lease), ref)
      local passed = tonumber(redis.call('GET', 'ledger:passed:' .. stage) or '0')
      if is[5] and tonumber(is[5]) > passed then redis.call('SET', 'ledger:passed:' .. stage, is[5]) end
      log(key, 'working', stage, args.worker)
      local more = redis.call('HMGET', key, 'meta', 'log', 'receipt')
      meta = more[1] or ''
      body = redis.call('GET', key .. (stage == 'index' and ':article' or ':raw')) or ''
      replies[i] = { status, token, attempts, more[2] or '', more[3] or '' }
    else
      replies[i] = { status, token, 0, '', '' }
    end
    beside[2 * i], beside[2 * i + 1] = meta, body
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
      log(record_key(ref), 'queued', stage, 'due again')
      due[#due + 1] = ref
    end
  end
  send_again(stage, due)
  return #due
end

local function sweep_working(stage)
  local ended = redis.call('ZRANGEBYSCORE', 'ledger:working:' .. stage, '-inf', text(now), 'LIMIT', 0, args.limit)
  for _, ref in ipairs(ended) do
    if crashed(ref, record_key(ref), stage) == 'alone' then send(stage, { ref }) end
  end
  return #ended
end

-- A waiting article counts as lost only when its queue moved on past it or is empty, and stayed so for the grace time.
local function sweep_waiting(stage)
  local upto = '+inf'
  if redis.call('LLEN', stage) > 0 then
    upto = '(' .. (redis.call('GET', 'ledger:passed:' .. stage) or '0')
  end
  local lost = {}
  for _, ref in ipairs(redis.call('ZRANGEBYSCORE', 'ledger:waiting:' .. stage, '-inf', upto, 'LIMIT', 0, args.limit)) do
    local key = record_key(ref)
    local suspect = redis.call('HGET', key, 'suspect')
    if not suspect then
      redis.call('HSET', key, 'suspect', text(now))
    elseif now - tonumber(suspect) > args.grace then
      log(key, 'queued', stage, 'sent again')
      lost[#lost + 1] = ref
    end
  end
  send_again(stage, lost)
  return #lost
end

function calls.sweep()
  local last = tonumber(redis.call('GET', 'ledger:swept') or '0')
  if now - last < args.interval then return cmsgpack.pack({ 0, 0, 0 }) end
  redis.call('SET', 'ledger:swept', text(now))
  local later, working, waiting = 0, 0, 0
  for _, stage in ipairs({ 'normalize', 'index' }) do
    later = later + sweep_later(stage)
    working = working + sweep_working(stage)
    if redis.call('EXISTS', 'ledger:paused:' .. stage) == 0 then waiting = waiting + sweep_waiting(stage) end
  end
  return cmsgpack.pack({ later, working, waiting })
end

-- refs of dead articles go back to the stage where they died; ARGV[3…] a body for those that lost theirs ('' otherwise).
function calls.replay()
  local again, done = { normalize = {}, index = {} }, {}
  for i, ref in ipairs(args.refs) do
    local key = record_key(ref)
    local is = redis.call('HMGET', key, 'state', 'stage')
    done[i] = is[1] == 'dead'
    if done[i] then
      redis.call('ZREM', 'ledger:dead', ref)
      count('dead', -1)
      redis.call('HSET', key, 'attempts', 0, 'crashes', 0, 'alone', 1)
      redis.call('HDEL', key, 'reason', 'note')
      log(key, 'queued', is[2], 'replayed')
      table.insert(again[is[2]], ref)
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
      finish(ref, key, 'discarded', is[2], args.reason)
    end
  end
  return cmsgpack.pack(done)
end

return calls[command]()
