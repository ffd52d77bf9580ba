-- KEYS: queue, states, meta, deadlines, virtual time. ARGV: id, tenant, cost, deadline, order
redis.call('ZADD', KEYS[1], 0, ARGV[2] .. '\31' .. ARGV[5] .. '\31' .. ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], 'Q')
redis.call('HSET', KEYS[3], ARGV[1], ARGV[2] .. '\31' .. ARGV[5] .. '\31' .. ARGV[3])
redis.call('ZADD', KEYS[4], ARGV[4], ARGV[1])
if not redis.call('ZSCORE', KEYS[5], ARGV[2]) then
  local least = redis.call('ZRANGE', KEYS[5], 0, 0, 'WITHSCORES')
  redis.call('ZADD', KEYS[5], least[2] or 0, ARGV[2])
end
return 1
