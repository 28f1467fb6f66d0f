-- The ledger: the only writer of an article's state. One call, one atomic change of record, counters and queues.
--
-- art:<ref>          hash    the record of one revision (ref = id@rev): state, stage, token, holder, source, meta, log …
-- art:<ref>:raw      string  the input's bytes (zstd), until normalized
-- art:<ref>:article  string  the canonical article, until indexed
-- seen:<period>:<bucket>  hash  whose an address or a content hash is, and the head of an article: its newest revision,
--                    that one's content hash, and its owner where a publisher pushed it
-- rcpt:<receipt>     string  "<ref>" or, for what ended at the door or in the index, "<ref> <outcome> <µs>"
-- ledger:version     string  the version of all this, which every call asks for first
-- ledger:balance     hash    the counters of the balance equation
-- ledger:waiting:<stage> zset  refs that wait to be taken up, in the order they came (ledger:seq:<stage>)
-- ledger:working:<stage> zset  refs taken up, by the end of their lease (µs)
-- ledger:retrying:<stage>, ledger:held:<stage>  zset  refs that wait for a time, by when they are due (µs)
-- ledger:dead        zset    dead refs, by when they died (µs)
-- ledger:events      stream  every change of every article, the last of them: ref, source, state, stage, note, at (µs)
-- ledger:latency     hash    how long articles waited, were worked on and took in all: counts by bucket, sums in µs
-- ledger:backlog     hash    how many were on their way in each minute of the last hour
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
-- What one call adds to the books is written once, at its end, also where an error ends it.
local tally = {}
local function count(name, by) tally[name] = (tally[name] or 0) + by end
local function keep_counts()
  for name, by in pairs(tally) do redis.call('HINCRBY', 'ledger:balance', name, by) end
end

-- What the ledger remembers of articles that are done: whose an address is, and the newest revision of an article. Both
-- stand in buckets of three days, `seen:<period>:<bucket>`, small hashes that Redis packs tight (under 512 fields of at most 64
-- bytes); a whole bucket ends at once, so that no field needs a time of its own. What is written lives for the retention
-- time and up to three days longer. Addresses come as base64 of their hash, articles as base32 of theirs: the field is a part
-- of it, the bucket another part.
local PERIOD = 3 * 86400
local period = math.floor(now / 1000000 / PERIOD)

local function alias_place(alias)
  return string.sub(alias, 13, 14) .. (string.byte(alias, 15) or 0) % 4, string.sub(alias, 1, 12)
end

local function head_place(article)
  local name = #article == 26 and article or redis.sha1hex(article)
  return string.sub(name, 15, 16) .. string.byte(name, 17) % 16, string.sub(name, 1, 14)
end

local function seen_key(in_period, bucket) return 'seen:' .. text(in_period) .. ':' .. bucket end

local function read_seen(bucket, field)
  for in_period = period, period - math.ceil(args.retention / PERIOD), -1 do
    local value = redis.call('HGET', seen_key(in_period, bucket), field)
    if value then return value, in_period end
  end
end

local function keep_seen(bucket, field, value)
  local key = seen_key(period, bucket)
  redis.call('HSET', key, field, value)
  if redis.call('TTL', key) < 0 then
    redis.call('EXPIRE', key, (period + 1) * PERIOD + args.retention - math.floor(now / 1000000))
  end
end

-- `alias:` and `head:` are keys of the release before, which are read for as long as they live.
local owners = {} -- as this call has read and written them: each input asks for its own twice
local function owner_of(alias)
  if not owners[alias] then
    local owner, in_period = read_seen(alias_place(alias))
    owners[alias] = { owner or redis.call('GET', alias_key(alias)), in_period }
  end
  return owners[alias][1], owners[alias][2]
end

local function keep_alias(alias, article)
  local owner, in_period = owner_of(alias)
  if in_period == period then return end
  local bucket, field = alias_place(alias)
  keep_seen(bucket, field, owner or article)
  owners[alias] = { owner or article, period }
end

local HEAD = { 'rev', 'sha', 'owner', 'owned' }

-- Returns the values of HEAD in that order; false for each that is not known. As this call has read or written it before,
-- where it has.
local heads = {}
local function read_head(article)
  if heads[article] then return heads[article] end
  local packed = read_seen(head_place(article))
  local head = packed and cmsgpack.unpack(packed) or redis.call('HMGET', head_key(article), unpack(HEAD))
  if head[1] then head[1] = text(head[1]) end
  if head[4] then head[4] = text(head[4]) end
  heads[article] = head
  return head
end

-- Whose an article is, '' where nobody pushed it, or an operator has given it free since.
local function owner_of_head(article, head)
  local owner = head[3] or ''
  if owner == '' then return '' end
  local freed = redis.call('HGET', 'ledger:freed', article)
  return freed and tonumber(head[4] or '0') <= tonumber(freed) and '' or owner
end

local function keep_head(article, fields)
  local before, head = read_head(article), {}
  for i, name in ipairs(HEAD) do head[i] = fields[name] or before[i] or false end
  heads[article] = head
  local bucket, field = head_place(article)
  local packed = { head[1] and tonumber(head[1]), head[2], head[3], head[4] and tonumber(head[4]) }
  keep_seen(bucket, field, cmsgpack.pack(packed))
end

-- What is known of an article beside its head, where a publisher told it: their own version, by which revision it was
-- withdrawn, and by whom ('' for the desk). Few articles have any of it, so it stands in a field of its own.
local function said_place(article)
  local bucket, field = head_place(article)
  return bucket, '+' .. field
end

local function read_said(article)
  local packed = read_seen(said_place(article))
  local said = packed and cmsgpack.unpack(packed) or {}
  return { version = said[1], withdrawn = said[2], by = said[3] }
end

-- An input was entered; as the newest revision `rev`, else false, what it tells of version and withdrawal counts from now on.
local function keep_said(article, said, item, rev)
  local was_said = said.version or said.withdrawn
  if rev then
    if item.version ~= '' then said.version = item.version end
    if item.withdraws then
      said.withdrawn, said.by = text(rev), item.owner
    elseif item.again then
      said.withdrawn, said.by = false, false
    end
  end
  if not (was_said or said.version or said.withdrawn) then return end
  local bucket, field = said_place(article)
  keep_seen(bucket, field, cmsgpack.pack({ said.version or false, said.withdrawn or false, said.by or false }))
end

local function runs_of(version)
  local runs = {}
  for digits in version:gmatch('%d+') do runs[#runs + 1] = (digits:gsub('^0+', '')) end
  return runs
end

-- Two versions of a publisher in order: -1, 0 or 1. Digits count as numbers: "9" is before "10", "1.9" before "1.10", and
-- "2015-11-09" before "2015-11-10". Nil for two of different form, of which nobody can say.
local function compare_versions(one, other)
  if one == other then return 0 end
  local plain = not (one:find('[^%d.]') or other:find('[^%d.]'))
  if not plain and one:gsub('%d+', '0') ~= other:gsub('%d+', '0') then return nil end
  local ones, others = runs_of(one), runs_of(other)
  for i = 1, math.max(#ones, #others) do
    local a, b = ones[i] or '', others[i] or ''
    if #a ~= #b then return #a < #b and -1 or 1 end
    if a ~= b then return a < b and -1 or 1 end
  end
  return 0
end

-- Tell those who watch. The stream is the way of an article for people and programs that follow it; nothing decides by it.
local function tell(ref, source, state, stage, note)
  redis.call('XADD', 'ledger:events', 'MAXLEN', '~', args.events_kept, '*', 'ref', ref, 'source', source or '', 'state', state,
    'stage', stage or '', 'note', note or '', 'at', text(now))
end

-- How long articles take, as histograms over LATENCY_BOUNDS (µs): <name>:<bucket> counts, <name>:sum adds up. What one call
-- has to add is written once, at its end.
local spans = {}

local function note_span(name, since)
  local took, bucket = math.max(0, now - since), 1
  while LATENCY_BOUNDS[bucket] and took > LATENCY_BOUNDS[bucket] do bucket = bucket + 1 end
  local counted, summed = name .. ':' .. bucket - 1, name .. ':sum'
  spans[counted] = (spans[counted] or 0) + 1
  spans[summed] = (spans[summed] or 0) + took
end

local function keep_spans()
  for field, by in pairs(spans) do redis.call('HINCRBY', 'ledger:latency', field, text(by)) end
end

-- The time since the last line of a log. Under an embargo, dead or refused an article neither waits nor is worked on.
local AT_REST = { held = true, dead = true, refused = true }

local function note_step(lines, stage)
  local at, state = (lines:match('.*\n(.*)$') or lines):match('^(%d+)|([^|]*)')
  if not at or AT_REST[state] or not (stage == 'normalize' or stage == 'index') then return end
  note_span(stage .. ':' .. (state == 'working' and 'working' or 'waiting'), tonumber(at))
end

-- The whole way of one that went it without a rest.
local function note_way(lines)
  for state in pairs(AT_REST) do
    if lines:find('|' .. state .. '|', 1, true) then return end
  end
  local entered = lines:match('^(%d+)|')
  if entered then note_span('article', tonumber(entered)) end
end

local function log_line(state, stage, note) return text(now) .. '|' .. state .. '|' .. stage .. '|' .. (note or '') end

-- A line of an article's log, and what else changes in its record. Each call of Redis costs more than what it does: whoever
-- has read `lines` and `source` of the record gives them, and what is to be written goes with the line. Returns the log.
local function log_as(key, lines, source, state, stage, note, ...)
  if lines then note_step(lines, stage) end
  local line = log_line(state, stage, note)
  lines = lines and (lines .. '\n' .. line) or line
  redis.call('HSET', key, 'log', lines, ...)
  tell(key:sub(#record_key('') + 1), source, state, stage, note)
  return lines
end

local function log(key, state, stage, note)
  local is = redis.call('HMGET', key, 'log', 'source')
  log_as(key, is[1], is[2], state, stage, note)
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

-- So many places at the end of a stage's line; gives the number before the first. A place that stays free harms nobody.
local function next_places(stage, wanted) return redis.call('INCRBY', 'ledger:seq:' .. stage, wanted) - wanted end

-- Let articles wait for a stage, behind those that wait already.
local function enqueue(stage, refs)
  if #refs == 0 then return end
  local place = next_places(stage, #refs)
  for i, ref in ipairs(refs) do
    redis.call('ZADD', line_key('waiting', stage), place + i, ref)
    redis.call('HSET', record_key(ref), 'state', 'queued', 'seq', place + i)
    redis.call('HDEL', record_key(ref), 'token', 'lease', 'holder')
  end
  ring(stage, #refs)
end

-- What a receipt says of an input that has no record: which revision, how it ended, when, and whose it was.
local function ended_as(ref, outcome, source) return ref .. ' ' .. outcome .. ' ' .. text(now) .. ' ' .. (source or '') end

-- What the index decided it answers for, with receipt and timeline: the record goes at once, and the receipt as soon as no
-- recovery offers the input again. What ended before keeps its record for as long as receipts are kept. `is` is what was
-- read of the record: {log, source, receipt}.
local function finish(ref, key, outcome, stage, note, is)
  if not is then
    local read = redis.call('HMGET', key, 'log', 'source', 'receipt')
    is = { log = read[1], source = read[2], receipt = read[3] }
  end
  count(outcome, 1)
  local receipt = is.receipt
  if stage == 'index' and outcome ~= 'discarded' and outcome ~= 'refused' then
    tell(ref, is.source, outcome, stage, note)
    if is.log then
      note_step(is.log, stage)
      if outcome == 'indexed' then note_way(is.log) end
    end
    redis.call('DEL', key, key .. ':raw', key .. ':article')
    if receipt then redis.call('SET', receipt_key(receipt), ended_as(ref, outcome, is.source), 'EX', args.receipt_grace) end
    return
  end
  redis.call('DEL', key .. ':raw', key .. ':article')
  redis.call('HDEL', key, 'token', 'lease', 'holder', 'seq')
  log_as(key, is.log, is.source, outcome, stage, note, 'state', outcome)
  redis.call('EXPIRE', key, args.receipt_retention)
  if receipt then redis.call('EXPIRE', receipt_key(receipt), args.receipt_retention) end
end

-- Health: a stage, a sink or a source is open (no key), paused (since, reason) or probing. While it rests nothing is
-- taken up but one batch now and then, the probe; work that succeeds opens it again.
local function health_key(kind, name) return 'health:' .. kind .. ':' .. name end

local function tell_health(kind, name, state, reason)
  tell('', kind == 'source' and name or '', state, kind == 'stage' and name or kind, reason)
end

local function pause(kind, name, reason)
  local key = health_key(kind, name)
  if redis.call('HSETNX', key, 'since', text(now)) == 1 then tell_health(kind, name, 'paused', reason) end
  redis.call('HSET', key, 'state', 'paused', 'reason', reason, 'probe', text(now + args.probe))
  redis.call('SADD', 'health', kind .. ':' .. name)
end

local function open(kind, name)
  redis.call('SREM', 'health', kind .. ':' .. name)
  local opened = redis.call('DEL', health_key(kind, name)) == 1
  if opened then tell_health(kind, name, 'resumed', '') end
  return opened
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
local EXPLAINED = { permanent = true, undecodable = true, ['too-costly'] = true }

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

local function worker_key(stage, worker) return 'worker:' .. stage .. ':' .. worker end

-- Those who fell silent with it in hand, and have not been heard since: who speaks again was away, not dead.
local function still_silent(key, stage)
  local silent = {}
  for worker in (redis.call('HGET', key, 'silent') or ''):gmatch('%S+') do
    if redis.call('EXISTS', worker_key(stage, worker)) == 0 then silent[#silent + 1] = worker end
  end
  return silent
end

-- It has lost a worker: it travels alone from now on, and is dead after the third that died. Whether it goes on.
local function goes_on(ref, key, stage, deaths, cause)
  redis.call('ZREM', line_key('working', stage), ref)
  redis.call('HSET', key, 'alone', 1)
  if deaths >= args.max_crashes then
    bury(ref, key, stage, 'poison', 'its worker died ' .. deaths .. ' times on it: ' .. cause)
    return false
  end
  log(key, 'queued', stage, 'worker lost: ' .. cause)
  return true
end

-- The worker died on it.
local function crashed(ref, key, stage, cause)
  return goes_on(ref, key, stage, redis.call('HINCRBY', key, 'crashes', 1) + #still_silent(key, stage), cause)
end

-- The worker has not been heard for a while. It may be frozen or cut off: as a death it counts as long as it stays silent.
local function fell_silent(ref, key, stage, worker)
  local silent = still_silent(key, stage)
  silent[#silent + 1] = worker
  redis.call('HSET', key, 'silent', table.concat(silent, ' '))
  redis.call('HINCRBY', key, 'attempts', -1)
  return goes_on(ref, key, stage, tonumber(redis.call('HGET', key, 'crashes') or '0') + #silent, 'it fell silent')
end

-- Bytes that Redis uses, and may use (0: no bound).
local function memory()
  local told = redis.call('INFO', 'memory')
  return tonumber(told:match('\nused_memory:(%d+)')), tonumber(told:match('\nmaxmemory:(%d+)')) or 0
end

local calls = {}

-- What a newer release has written is left alone. What an older one has written is brought up to date by the first call:
-- its records are read as they are, and what nobody reads any more goes.
local function is_newer()
  local found = tonumber(redis.call('GET', 'ledger:version') or '0')
  if found > args.ledger then return true end
  if found < args.ledger then
    for _, stage in ipairs({ 'normalize', 'index' }) do
      redis.call('DEL', 'ledger:paused:' .. stage, 'ledger:passed:' .. stage)
    end
    redis.call('SET', 'ledger:version', args.ledger)
  end
  return false
end
