-- Time of the machine, µs: the server's, so that all nodes share one.
local function now_us()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end
