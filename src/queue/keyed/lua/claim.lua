-- Claims a key for a run: where none has it, its last run failed, or the one that has it is dead.
local RECORD, BODY = KEYS[1], KEYS[2]
local run, fingerprint, ttl_ms, dead_after_ms = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)

local holder, asked, state, beat_ms = unpack(redis.call('HMGET', RECORD, 'run', 'fingerprint', 'state', 'beat'))
if holder == run then return { 'ours' } end -- the answer to an earlier call was lost
if holder and state ~= 'failed' then
  if asked ~= fingerprint then return { 'mismatch' } end
  if state ~= 'running' or now_ms - beat_ms <= dead_after_ms then return { 'taken', holder, state } end
end

redis.call('DEL', RECORD, BODY)
redis.call('HSET', RECORD, 'run', run, 'fingerprint', fingerprint, 'state', 'running', 'beat', now_ms)
redis.call('PEXPIRE', RECORD, ttl_ms)
return { 'ours' }
