-- The ledger: the only writer of an article's state. One call, one atomic change of record, counters and queues.
--
-- art:<ref>          hash    the record of one revision (ref = id@rev): state, stage, token, holder, source, meta, log …
-- art:<ref>:raw      string  the input's bytes (zstd), until normalized
-- art:<ref>:article  string  the canonical article, until indexed
-- head:<id>          hash    rev and sha of the newest revision, and its owner where a publisher pushed it
-- alias:<address>    string  the article an address or a content hash belongs to
-- rcpt:<receipt>     string  "<ref>" or, for what ended at the door, "<ref> duplicate|superseded <µs>"
-- ledger:balance     hash    the counters of the balance equation
-- ledger:waiting:<stage> zset  refs that wait to be taken up, in the order they came (ledger:seq:<stage>)
-- ledger:working:<stage> zset  refs taken up, by the end of their lease (µs)
-- ledger:retrying:<stage>, ledger:held:<stage>  zset  refs that wait for a time, by when they are due (µs)
-- ledger:dead        zset    dead refs, by when they died (µs)
-- ledger:claim:<message> hash  what the claims of one message took: nonce -> refs, so that a claim may be repeated
-- <stage>            list    the courier's queue: bells. A bell says that articles wait, not which.

local command, args = ARGV[1], cmsgpack.unpack(ARGV[2])
-- Redis' own clock: no host's judges another's work. Only a test sets it by hand.
local function clock()
  if args.now then return args.now end
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end
local now = clock()

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

-- Put bells on a stage's queue, in the envelope kombu built: as many as the work that waits can use, with those there.
local rung = 0
local function ring(stage, most)
  local waiting = redis.call('ZCARD', line_key('waiting', stage))
  local wanted = math.min(math.ceil(waiting / args.batch_articles), args.bells)
  local missing = math.min(wanted - redis.call('LLEN', stage), most)
  for _ = 1, missing do
    rung = rung + 1
    local id = args.nonce .. '-' .. rung
    local message = args.envelopes[stage]:gsub('@ID@', id)
    redis.call('LPUSH', stage, message)
  end
end

-- Let articles wait for a stage, behind those that wait already.
local function enqueue(stage, refs)
  for _, ref in ipairs(refs) do
    local seq = redis.call('INCR', 'ledger:seq:' .. stage)
    redis.call('ZADD', line_key('waiting', stage), seq, ref)
    redis.call('HSET', record_key(ref), 'state', 'queued', 'seq', seq)
    redis.call('HDEL', record_key(ref), 'token', 'lease', 'holder')
  end
  ring(stage, #refs)
end

local function finish(ref, key, outcome, stage, note)
  redis.call('HSET', key, 'state', outcome)
  redis.call('HDEL', key, 'token', 'lease', 'holder', 'seq')
  redis.call('DEL', key .. ':raw', key .. ':article')
  log(key, outcome, stage, note)
  count(outcome, 1)
  redis.call('EXPIRE', key, args.receipt_retention)
  local receipt = redis.call('HGET', key, 'receipt')
  if receipt then redis.call('EXPIRE', receipt_key(receipt), args.receipt_retention) end
end

-- Health: a stage, a sink or a source is open (no key), paused (since, reason) or probing. While it rests nothing is
-- taken up but one batch now and then, the probe; work that succeeds opens it again.
local function health_key(kind, name) return 'health:' .. kind .. ':' .. name end

local function pause(kind, name, reason)
  local key = health_key(kind, name)
  redis.call('HSETNX', key, 'since', text(now))
  redis.call('HSET', key, 'state', 'paused', 'reason', reason, 'probe', text(now + args.probe))
  redis.call('SADD', 'health', kind .. ':' .. name)
end

local function open(kind, name)
  redis.call('SREM', 'health', kind .. ':' .. name)
  return redis.call('DEL', health_key(kind, name)) == 1
end

local function rests(kind, name) return redis.call('EXISTS', health_key(kind, name)) == 1 end

-- Whether work may be taken up: always while open, else when the next probe is due, which this very call then is.
local function may_work(kind, name)
  local key = health_key(kind, name)
  local probe = redis.call('HGET', key, 'probe')
  if not probe then return true end
  if now < tonumber(probe) and tonumber(probe) <= now + args.probe then return false end
  redis.call('HSET', key, 'state', 'probing', 'probe', text(now + args.probe))
  return true
end

-- Deaths that no input explains, within a minute. Many of one source pause that source; those of several sources, or of a
-- release that has just been started, pause the stage: a bad release must not empty the queue into the dead letters.
local function note_death(stage, source)
  local key = 'ledger:deaths:' .. stage
  local of_source = redis.call('HINCRBY', key, source, 1)
  if redis.call('HINCRBY', key, '', 1) == 1 then redis.call('EXPIRE', key, 60) end
  if of_source < args.burst then return end
  local sources = 0
  local counts = redis.call('HGETALL', key)
  for i = 1, #counts, 2 do
    if counts[i] ~= '' and tonumber(counts[i + 1]) >= args.burst then sources = sources + 1 end
  end
  local changed = tonumber(redis.call('GET', 'ledger:release:changed') or '0')
  local fresh = now - changed < args.fresh_release and changed <= now
  if sources >= args.burst_sources or fresh then
    pause('stage', stage, sources .. ' sources had ' .. args.burst .. ' deaths each within a minute'
      .. (fresh and ', right after the release changed' or ''))
  else
    pause('source', source, of_source .. ' of its articles died in ' .. stage .. ' within a minute')
  end
end

-- The input explains these deaths, not the release.
local EXPLAINED = { permanent = true, undecodable = true }

local function bury(ref, key, stage, reason, note)
  redis.call('ZREM', line_key('working', stage), ref)
  redis.call('ZREM', line_key('waiting', stage), ref)
  redis.call('HSET', key, 'state', 'dead', 'reason', reason, 'note', note or '')
  redis.call('HDEL', key, 'token', 'lease', 'holder')
  redis.call('ZADD', 'ledger:dead', text(now), ref)
  redis.call('PERSIST', key)
  count('dead', 1)
  log(key, 'dead', stage, reason .. (note and note ~= '' and (': ' .. note) or ''))
  if not EXPLAINED[reason] then note_death(stage, redis.call('HGET', key, 'source') or '-') end
end

-- The worker died on it: it travels alone from now on, and no more than three times.
local function crashed(ref, key, stage, cause)
  local crashes = redis.call('HINCRBY', key, 'crashes', 1)
  redis.call('ZREM', line_key('working', stage), ref)
  redis.call('HSET', key, 'alone', 1)
  if crashes >= args.max_crashes then
    bury(ref, key, stage, 'poison', 'its worker died ' .. crashes .. ' times on it: ' .. cause)
    return false
  end
  log(key, 'queued', stage, 'worker lost: ' .. cause)
  return true
end

local calls = {}
