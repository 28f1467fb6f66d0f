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
local function alias_key(alias) return 'alias:' .. alias end
local function head_key(article) return 'head:' .. article end
local function receipt_key(receipt) return 'rcpt:' .. receipt end
local function line_key(state, stage) return 'ledger:' .. state .. ':' .. stage end
local function record_key(ref) return 'art:' .. ref end
local function count(name, by) redis.call('HINCRBY', 'ledger:balance', name, by) end

-- What the ledger remembers of articles that are done: whose an address is, and the newest revision of an article.
local function owner_of(alias) return redis.call('GET', alias_key(alias)) end
local function keep_alias(alias, article)
  redis.call('SET', alias_key(alias), article, 'NX')
  redis.call('EXPIRE', alias_key(alias), args.retention)
end
local function read_head(article) return redis.call('HMGET', head_key(article), 'rev', 'sha', 'owner') end
local function keep_head(article, fields)
  for name, value in pairs(fields) do redis.call('HSET', head_key(article), name, value) end
  redis.call('EXPIRE', head_key(article), args.retention)
end

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
    redis.call('ZADD', line_key('waiting', stage), seq, ref)
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
  if receipt then redis.call('EXPIRE', receipt_key(receipt), args.receipt_retention) end
end

local function bury(ref, key, stage, reason, note)
  redis.call('ZREM', line_key('working', stage), ref)
  redis.call('ZREM', line_key('waiting', stage), ref)
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
  redis.call('ZREM', line_key('working', stage), ref)
  redis.call('HSET', key, 'alone', 1)
  if crashes >= args.max_crashes then
    bury(ref, key, stage, 'poison', 'its worker died ' .. crashes .. ' times on it')
    return 'dead'
  end
  log(key, 'queued', stage, 'worker lost')
  return 'alone'
end

local calls = {}
