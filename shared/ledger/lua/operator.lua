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
      redis.call('HDEL', key, 'reason', 'note', 'silent')
      log(key, 'queued', stage, 'replayed')
      table.insert(again[stage], ref)
    end
  end
  for stage, refs in pairs(again) do
    redis.call('DEL', 'ledger:deaths:' .. stage)
    enqueue(stage, refs)
  end
  return cmsgpack.pack(done)
end

-- refs of refused inputs, each with its bytes from the archive (ARGV[3…]), are read once more, alone.
function calls.reread()
  local again, done = {}, {}
  for i, ref in ipairs(args.refs) do
    local key = record_key(ref)
    local is = redis.call('HMGET', key, 'state', 'source', 'receipt')
    done[i] = is[1] == 'refused'
    if done[i] then
      redis.call('ZREM', 'ledger:refusals', ref)
      redis.call('HINCRBY', 'ledger:refused', is[2] or '-', -1)
      count('refused', -1)
      redis.call('SET', key .. ':raw', ARGV[2 + i])
      redis.call('HSET', key, 'stage', 'normalize', 'attempts', 0, 'crashes', 0, 'alone', 1)
      redis.call('HDEL', key, 'reason', 'note', 'silent')
      redis.call('PERSIST', key)
      if is[3] then redis.call('SET', receipt_key(is[3]), ref) end
      log(key, 'queued', 'normalize', 'replayed')
      again[#again + 1] = ref
    end
  end
  enqueue('normalize', again)
  return cmsgpack.pack(done)
end

-- items: {receipt, ref, meta, source}; ARGV[3…] their bytes from the archive. The word of an article that stands is read once
-- more, by other rules: as a revision of its own, for which no address is claimed. The head stays until the index has taken it.
function calls.renew()
  local fresh, done = {}, {}
  for i, item in ipairs(args.items) do
    local key = record_key(item.ref)
    done[i] = redis.call('EXISTS', receipt_key(item.receipt), key) == 0
    if done[i] then
      redis.call('HSET', key, 'v', args.version, 'receipt', item.receipt, 'meta', item.meta, 'source', item.source,
        'stage', 'normalize', 'state', 'queued', 'attempts', 0, 'crashes', 0, 'since', text(now), 'renews', 1)
      redis.call('SET', key .. ':raw', ARGV[2 + i])
      redis.call('SET', receipt_key(item.receipt), item.ref)
      log(key, 'received', 'ingest', 'read once more')
      count('accepted', 1)
      fresh[#fresh + 1] = item.ref
    end
  end
  enqueue('normalize', fresh)
  return cmsgpack.pack(done)
end

-- What the index has lost, it is told again: all that is known of articles goes, and whoever looks after the ledger fills it
-- from the archive, as after the loss of Redis.
local FORGOTTEN = { art = true, seen = true, rcpt = true, head = true, alias = true }
local FORGOTTEN_LINES = { waiting = true, working = true, retrying = true, held = true, claim = true, deaths = true }

local function is_forgotten(key)
  local kind, rest = key:match('^([^:]+):([^:]*)')
  return FORGOTTEN[kind] or kind == 'ledger' and FORGOTTEN_LINES[rest]
end

function calls.forget()
  local cursor = '0'
  repeat
    local page = redis.call('SCAN', cursor, 'COUNT', 5000)
    cursor = page[1]
    for _, key in ipairs(page[2]) do
      if is_forgotten(key) then redis.call('UNLINK', key) end
    end
  until cursor == '0'
  redis.call('UNLINK', 'ledger:balance', 'ledger:dead', 'ledger:refused', 'ledger:refusals', 'ledger:epoch')
  return cmsgpack.pack({ true })
end

local LINES = { queued = 'waiting', retrying = 'retrying', held = 'held' }

-- refs of dead articles are given up; with args.standing also what waits, but not what is worked on.
function calls.discard()
  local done = {}
  for i, ref in ipairs(args.refs) do
    local key = record_key(ref)
    local is = redis.call('HMGET', key, 'state', 'stage')
    local line = args.standing and LINES[is[1]]
    done[i] = is[1] == 'dead' or line ~= nil and line ~= false
    if done[i] then
      if line then
        redis.call('ZREM', line_key(line, is[2]), ref)
      else
        redis.call('ZREM', 'ledger:dead', ref)
        count('dead', -1)
      end
      finish(ref, key, 'discarded', is[2] or '', args.reason)
    end
  end
  return cmsgpack.pack(done)
end

-- refs whose embargo means nothing any more are taken up again; what is held for another reason stays.
function calls.end_embargoes()
  local ready, line = {}, line_key('held', 'index')
  for _, ref in ipairs(args.refs) do
    if redis.call('HGET', record_key(ref), 'reason') == 'embargo' and redis.call('ZREM', line, ref) == 1 then
      ready[#ready + 1] = ref
    end
  end
  enqueue('index', ready)
  return cmsgpack.pack({ #ready })
end

-- What a publisher pushed until then is theirs no more: the next who pushes it has it. The index, which remembers owners for
-- ever, is told by the time that is kept.
function calls.free()
  local owner = owner_of_head(args.article, read_head(args.article))
  local before = tonumber(redis.call('HGET', 'ledger:freed', args.article) or '0')
  redis.call('HSET', 'ledger:freed', args.article, text(math.max(before, args.at)))
  tell(args.article, owner, 'released', 'ingest', '')
  return cmsgpack.pack({ owner })
end

-- Let a stage, a sink or a source rest, for a reason that whoever says it has seen.
function calls.rest()
  pause(args.kind, args.name, args.reason)
  return cmsgpack.pack({ true })
end

-- End the rest of a stage, a sink or a source by hand.
function calls.resume()
  local opened = open(args.kind, args.name)
  for _, stage in ipairs({ 'normalize', 'index' }) do
    if args.kind == 'source' or args.name == stage then redis.call('DEL', 'ledger:deaths:' .. stage) end
    if args.kind == 'source' then
      local line = line_key('held', stage)
      for _, ref in ipairs(redis.call('ZRANGE', line, 0, args.limit - 1)) do
        if redis.call('HGET', record_key(ref), 'source') == args.name and redis.call('ZSCORE', line, ref) then
          redis.call('ZADD', line, text(now), ref)
        end
      end
    end
    ring(stage, args.bells)
  end
  return cmsgpack.pack({ opened })
end
