-- Adds to a run's answer. A record that was lost is made again: the run's own memory is the truth of it.
local RECORD, BODY = KEYS[1], KEYS[2]
local KEPT = KEYS[3]  -- sorted set: bytes and hash of the tenant's answers, by their end in µs
local BYTES = KEYS[4] -- sum of their bytes
local hash, run, fingerprint, state, ttl_ms, offset, bytes, status, headers, tenant_bytes_max = unpack(ARGV)
local time = redis.call('TIME')
local now_us = time[1] * 1000000 + time[2]

local holder, former = unpack(redis.call('HMGET', RECORD, 'run', 'state'))
if holder and holder ~= run then return -1 end
if holder and former ~= 'running' then return redis.call('STRLEN', BODY) end -- the answer to an earlier call was lost

-- Answers beyond what one tenant may keep: those that end first are forgotten, their keys free.
local function keep(size)
  local own = size .. ' ' .. hash
  redis.call('ZADD', KEPT, string.format('%d', now_us + ttl_ms * 1000), own)
  local total = redis.call('INCRBY', BYTES, size)
  for _, member in ipairs(redis.call('ZRANGE', KEPT, 0, 99)) do
    local is_over = tonumber(redis.call('ZSCORE', KEPT, member)) <= now_us
    if member == own or not is_over and total <= tonumber(tenant_bytes_max) then break end
    local member_size, member_hash = string.match(member, '^(%d+) (.*)$')
    local record = string.sub(RECORD, 1, -#hash - 1) .. member_hash
    if not is_over and redis.call('HGET', record, 'state') == 'answered' then
      redis.call('DEL', record, record .. ':body')
    end
    redis.call('ZREM', KEPT, member)
    total = redis.call('DECRBY', BYTES, member_size)
  end
  redis.call('PEXPIRE', KEPT, ttl_ms)
  redis.call('PEXPIRE', BYTES, ttl_ms)
end

redis.call('HSET', RECORD, 'run', run, 'fingerprint', fingerprint)
redis.call('HSET', RECORD, 'beat', string.format('%d', math.floor(now_us / 1000)))
if status ~= '' then redis.call('HSET', RECORD, 'status', status, 'headers', headers) end
local present = redis.call('STRLEN', BODY)
local fits = tonumber(offset) <= present
if fits and #bytes > 0 then present = redis.call('SETRANGE', BODY, offset, bytes) end
if state == 'unkept' then redis.call('DEL', BODY) end
redis.call('HSET', RECORD, 'state', fits and state or 'running')
redis.call('PEXPIRE', RECORD, ttl_ms)
redis.call('PEXPIRE', BODY, ttl_ms)
if fits and state == 'answered' then keep(present) end
return present
