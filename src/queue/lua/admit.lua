do
  local read = {}

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

  -- Tickets in line, where that is as much as there may be: in all, or of this tenant. Else nothing.
  local function bound(tenant, limits)
    if waiting >= depth_max then return { -1, waiting } end
    if limits.depth == 0 or waiting < limits.depth then return nil end
    local count = line.count(tenant)
    if count >= limits.depth then return { -2, count } end
  end

  -- A full line is first offered to the replicas: what can run now does not count as waiting.
  local function refusal(tenant, limits, cost)
    if bound(tenant, limits) then
      claiming.run()
      local refused = bound(tenant, limits)
      if refused then return refused end
    end
    if limits.rates then return rate.take(tenant, limits, tonumber(cost)) end
  end

  -- Only an order where that says all.
  local function answer(order, ahead, tenant, limits)
    if not limits.rates then return ahead and { order, ahead } or order end
    return rate.append({ order, ahead or -1 }, tenant, limits)
  end

  function transitions.admit()
    local rank, tenant, cost, prefer, id, rest, limits_text = unpack(ARGV, cursor + 1, cursor + 7)
    cursor = cursor + 7
    local limits = limits_of(limits_text)
    local refused = refusal(tenant, limits, cost)
    if refused then return refused end

    local order = orders.next()
    local member = rank .. SEPARATOR .. tenant .. SEPARATOR .. format('%016d', order) .. SEPARATOR .. rest
    if waiting == 0 and claimed < CLAIMS_PER_COMMIT_MAX then
      cost = tonumber(cost)
      local offer = place(cost, id, prefer)
      if offer then
        claiming.record('direct', offer, cost, member)
        return answer(order, nil, tenant, limits)
      end
    end
    line.enter(rank, tenant, id, member)
    return answer(order, limits.look and line.ahead(rank, tenant, member) or nil, tenant, limits)
  end
end
