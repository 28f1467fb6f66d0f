-- Claims due feeds, of different hosts, until a lease ends: two watchers never get the same one, and one that dies
-- leaves them due again. KEYS: feeds:due, feeds:hosts. ARGV: now, until, limit. Returns ids.
local found, hosts = {}, {}
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, tonumber(ARGV[3]) * 8)
for _, id in ipairs(due) do
  local host = redis.call('HGET', KEYS[2], id) or id
  if not hosts[host] then
    hosts[host] = true
    redis.call('ZADD', KEYS[1], ARGV[2], id)
    found[#found + 1] = id
    if #found == tonumber(ARGV[3]) then break end
  end
end
return found
