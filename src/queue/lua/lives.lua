-- Which lives are current; their leases, and their end.
local lives = {}
do
  local known -- life -> whether it is current
  local over -- lives that are over and not cleared yet, once somebody asked

  function lives.begin()
    known, over = {}, nil
  end

  -- Leases have changed.
  local forget = lives.begin

  -- A life whose lease has ended is current until somebody clears it.
  function lives.current(origin)
    local answer = known[origin]
    if answer == nil then
      answer = call('ZSCORE', NODES, origin) ~= false
      known[origin] = answer
    end
    return answer
  end

  function lives.over()
    over = over or call('ZRANGE', GONE, 0, -1)
    return over
  end

  function lives.renew(lease_ms, rooms)
    call('ZADD', NODES, text_of(floor(now / 1000) + lease_ms), life)
    call('HSET', ROOMS, life, rooms)
    forget()
  end

  -- No lease ends later. One that does was given by a clock that was set back since, or by another master's.
  function lives.shorten(last_end_ms)
    local last_end = text_of(last_end_ms)
    for _, other in ipairs(call('ZRANGEBYSCORE', NODES, '(' .. last_end, '+inf')) do
      call('ZADD', NODES, last_end, other)
    end
  end

  -- It is over: what it left is swept.
  function lives.bury(other)
    call('ZREM', NODES, other)
    call('HDEL', ROOMS, other)
    call('ZADD', GONE, 0, other)
    forget()
  end

  function lives.node_of(name)
    return match(name, '^[^:]*')
  end

  -- The present life of the node that a life is of.
  function lives.present(of)
    for _, name in ipairs(call('ZRANGE', NODES, 0, -1)) do
      if lives.node_of(name) == lives.node_of(of) then return name end
    end
  end

  -- Whether this life comes too late to begin: it is over, or its process has begun a later one.
  function lives.is_past()
    if call('ZSCORE', GONE, life) then return true end
    local NUMBERED = '^(.*)%.(%d+)$'
    local process, number = match(life, NUMBERED)
    local present, later = match(lives.present(life) or '', NUMBERED)
    return process and process == present and tonumber(number) < tonumber(later)
  end

  -- The time, and who lives.
  function lives.all()
    local list = call('ZRANGE', NODES, 0, -1)
    local rooms = call('HMGET', ROOMS, unpack(list))
    local flat = { text_of(now) }
    for at, name in ipairs(list) do
      flat[#flat + 1] = name
      flat[#flat + 1] = rooms[at] or ''
    end
    return flat
  end
end
