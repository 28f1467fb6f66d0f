-- What scripts that keep times begin with: Redis' own time, in seconds, and a time as it is kept.
local function seconds()
  local time = redis.call('TIME')
  return tonumber(time[1]) + tonumber(time[2]) / 1000000
end

local function precise(time) return string.format('%.6f', time) end

