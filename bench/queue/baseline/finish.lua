-- KEYS: states, meta, running. ARGV: id, claim
if redis.call('HGET', KEYS[1], ARGV[1]) ~= 'C,' .. ARGV[2] then return 0 end
redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
return 1
