-- Leases, and the end of lives.
function lives.renew(lease_ms, rooms)
  call('ZADD', NODES, text_of(floor(now / 1000) + lease_ms), life)
  call('HSET', ROOMS, life, rooms)
  lives.forget()
end

-- `score` 0: replaced by its own node, which restores what is still true. 1: lapsed.
function lives.bury(other, score)
  call('ZREM', NODES, other)
  call('HDEL', ROOMS, other)
  call('ZADD', GONE, score, other)
  lives.forget()
end

function lives.all()
  local list = call('ZRANGE', NODES, 0, -1)
  local rooms = call('HMGET', ROOMS, unpack(list))
  local flat = {}
  for at, name in ipairs(list) do
    flat[#flat + 1] = name
    flat[#flat + 1] = rooms[at] or ''
  end
  return flat
end
