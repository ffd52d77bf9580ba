-- Orders: the µs of now, made unique.
local orders = {}
do
  local key, given, changed

  function orders.begin()
    key, given, changed = STEM .. 'order', nil, false
  end

  local function last()
    if not given then given = tonumber(call('GET', key) or 0) end
    return given
  end

  function orders.raise(order)
    if order > last() then given, changed = order, true end
  end

  function orders.next()
    orders.raise(max(last() + 1, now))
    return given
  end

  function orders.flush()
    if changed then call('SET', key, text_of(given)) end
  end
end
