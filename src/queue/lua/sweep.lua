-- Clears what lives left that are over, in pieces. First what they ran: it goes back to its place if its origin lives,
-- unless their own node has taken over. Then their tickets: nobody waits for those.
local sweep
do
  local budget

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

  local function end_claims(gone, is_replaced)
    local names, held = some_of(CLAIMS .. gone)
    for _, name in ipairs(names) do
      if not is_replaced then line.take_back(held[name], false) end
    end
    if #names > 0 then call('HDEL', CLAIMS .. gone, unpack(names)) end
  end

  function sweep()
    line.flush()
    line.flush_ids()
    budget = SWEPT_PER_COMMIT_MAX
    while budget > 0 do
      local first = call('ZRANGE', GONE, 0, 0, 'WITHSCORES')
      if not first[1] then return end
      end_claims(first[1], first[2] == '0')
      if budget > 0 then drop_tickets(first[1]) end
      if budget > 0 then call('ZREM', GONE, first[1]) end
    end
  end
end
