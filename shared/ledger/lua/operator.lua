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
