-- Clears what lives left that are over, in pieces. First what they ran: it goes back to its place if its origin lives, but
-- for what their node's present life has restored. Then their tickets: nobody waits for those.
local sweep
do
  local budget -- of this sweep

  -- Text by its bytes: Lua's own order follows the server's locale.
  local function before(one, other)
    local length = math.min(#one, #other)
    for at = 1, length do
      local a, b = string.byte(one, at), string.byte(other, at)
      if a ~= b then return a < b end
    end
    return #one < #other
  end

  -- Some fields of a hash, in an order of their own, and their values. At random, because what a scan finds from the start
  -- of a table is what the last one has just emptied.
  local function some_of(key)
    local flat = call('HRANDFIELD', key, budget, 'WITHVALUES')
    local fields, values = {}, {}
    for at = 1, #flat, 2 do
      fields[#fields + 1] = flat[at]
      values[flat[at]] = flat[at + 1]
    end
    table.sort(fields, before)
    budget = budget - #fields
    return fields, values
  end

  local function drop_tickets(gone)
    local ids, members = some_of(IDS .. gone)
    for _, id in ipairs(ids) do line.remove(ticket_of(members[id])) end
    line.flush_ids()
  end

  local function end_claims(gone)
    local names, held = some_of(CLAIMS .. gone)
    local successor = lives.present(gone)
    for _, name in ipairs(names) do
      local goes_on = successor and call('HEXISTS', CLAIMS .. successor, name) == 1
      if not goes_on then line.take_back(held[name], false) end
    end
    if #names > 0 then call('HDEL', CLAIMS .. gone, unpack(names)) end
  end

  function sweep()
    line.flush()
    line.flush_ids()
    budget = SWEPT_PER_COMMIT_MAX
    while budget > 0 do
      local first = call('ZRANGE', GONE, 0, 0)[1]
      if not first then return end
      end_claims(first)
      if budget > 0 then drop_tickets(first) end
      if budget > 0 then call('ZREM', GONE, first) end
    end
    claiming.more = true
  end
end
