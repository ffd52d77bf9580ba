-- What a run has answered, from a byte on.
local RECORD, BODY = KEYS[1], KEYS[2]
local run, from, to = ARGV[1], ARGV[2], ARGV[3]
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)

local holder, state, status, headers, beat_ms = unpack(redis.call('HMGET', RECORD, 'run', 'state', 'status', 'headers', 'beat'))
if not holder then return false end
if holder ~= run then return -1 end
local bytes = redis.call('GETRANGE', BODY, from, to)
return { state, status or '', headers or '', now_ms - beat_ms, redis.call('STRLEN', BODY), bytes }
