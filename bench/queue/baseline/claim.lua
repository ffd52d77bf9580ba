-- KEYS: queue, states, meta, deadlines, virtual time, running. ARGV: claim, now
local tenant = redis.call('ZRANGE', KEYS[5], 0, 0)[1]
if not tenant then return false end
local members = redis.call('ZRANGE', KEYS[1], '[' .. tenant .. '\31', '(' .. tenant .. '\32', 'BYLEX', 'LIMIT', 0, 2)
if not members[1] then
  redis.call('ZREM', KEYS[5], tenant)
  return false
end
local id = string.match(members[1], '([^\31]*)$')
local cost = string.match(redis.call('HGET', KEYS[3], id), '([^\31]*)$')
redis.call('ZREM', KEYS[1], members[1])
redis.call('HSET', KEYS[2], id, 'C,' .. ARGV[1])
redis.call('ZREM', KEYS[4], id)
redis.call('ZADD', KEYS[6], ARGV[2], id)
if members[2] then redis.call('ZINCRBY', KEYS[5], cost, tenant) else redis.call('ZREM', KEYS[5], tenant) end
return id
