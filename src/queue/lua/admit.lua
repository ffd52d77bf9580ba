local admitting = {}
do
  local read -- text -> limits, because many tickets have the same

  function admitting.begin()
    read = {}
  end

  -- `limitsText` of `redis-script.ts`; 0 stands for none.
  local function limits_of(text)
    local limits = read[text]
    if not limits then
      local depth, requests, tokens, look = match(text, '^(%d+) (%d+) (%d+) (%d)$')
      limits = { depth = tonumber(depth), requests = tonumber(requests), tokens = tonumber(tokens), look = look == '1' }
      limits.rates = limits.requests > 0 or limits.tokens > 0
      read[text] = limits
    end
    return limits
  end

  -- Tickets that lives have left which are over: they keep nobody out, for what is still wanted was restored beside them.
  local function left_over()
    local over = lives.over()
    if not over[1] then return 0 end
    line.flush_ids()
    local count = 0
    for _, name in ipairs(over) do count = count + call('HLEN', IDS .. name) end
    return count
  end

  -- Tickets in line, where that is as much as there may be: in all, or in this lane. Else nothing.
  local function bound(lane, limits)
    local depth = waiting >= depth_max and waiting - left_over()
    if depth and depth >= depth_max then return { -1, depth } end
    if limits.depth == 0 or waiting < limits.depth then return nil end
    local count = line.count(lane)
    if count >= limits.depth then count = count - left_over() end
    if count >= limits.depth then return { -2, count } end
  end

  -- A full line is first offered to the replicas: what can run now does not count as waiting.
  local function refusal(tenant, lane, limits, cost)
    if bound(lane, limits) then
      claiming.run()
      local refused = bound(lane, limits)
      if refused then return refused end
    end
    if limits.rates then return rate.take(tenant, limits, tonumber(cost)) end
  end

  -- As `member.ts` writes it, of this life.
  local function member_of(rank, lane, order, cost, charge, prefer, id)
    local place = rank .. SEPARATOR .. lane .. SEPARATOR .. format('%016d', order) .. SEPARATOR
    return place .. cost .. SEPARATOR .. charge .. SEPARATOR .. prefer .. SEPARATOR .. life .. SEPARATOR .. id
  end

  -- Only an order where that says all.
  local function answer(order, ahead, tenant, limits)
    if not limits.rates then return ahead and { order, ahead } or order end
    return rate.append({ order, ahead or -1 }, tenant, limits)
  end

  local function admit(variant)
    local rank, tenant, cost, charge, prefer, id, limits_text = unpack(ARGV, cursor + 1, cursor + 7)
    cursor = cursor + 7
    local limits = limits_of(limits_text)
    local lane = variant and tenant .. LANE_SEPARATOR .. variant or tenant
    local refused = refusal(tenant, lane, limits, cost)
    if refused then return refused end

    local order = orders.next()
    local member = member_of(rank, lane, order, cost, charge, prefer, id)
    if waiting == 0 and claimed < CLAIMS_PER_COMMIT_MAX then
      cost = tonumber(cost)
      local offer = place(cost, id, prefer, false, variant)
      if offer then
        claiming.record('direct', offer, cost, member)
        return answer(order, nil, tenant, limits)
      end
    end
    line.enter(rank, lane, id, member)
    local ahead = limits.look and max(line.ahead(rank, lane, member) - left_over(), 0) or nil
    return answer(order, ahead, tenant, limits)
  end

  function transitions.admit()
    return admit()
  end

  -- The same of a ticket that only a replica of its variant may take.
  function transitions.admit_variant()
    return admit(take())
  end
end
