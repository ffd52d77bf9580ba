-- Allowances by GCRA (ITU-T I.371): for each, the time at which it is whole again. So much as comes in one window may come
-- at once. Requests that the tenant sends are counted, and tokens that they are expected to cost.
local rate = {}
do
  local WINDOW_US = RATE_WINDOW_MS * 1000
  local loaded -- tenant -> its allowances

  function rate.begin()
    loaded = {}
  end

  local function of(tenant)
    local whole = loaded[tenant]
    if not whole then
      local key = STEM .. 'rate:' .. tenant
      local stored = call('HMGET', key, 'r', 't', 'at')
      local back_us = max(tonumber(stored[3] or 0) - now, 0) -- another master's clock, or this one's was set back
      whole = { key = key, r = tonumber(stored[1] or 0) - back_us, t = tonumber(stored[2] or 0) - back_us }
      whole.changed = back_us > 0
      loaded[tenant] = whole
    end
    return whole
  end

  local function span_us(amount, per_minute)
    return floor(amount * WINDOW_US / per_minute)
  end

  -- How long until `cost_us` may be taken. What is dearer than the whole allowance may be once that is whole.
  local function wait_us(whole_at, cost_us)
    return max(whole_at - now, 0) + math.min(cost_us, WINDOW_US) - WINDOW_US
  end

  local function left(whole_at, per_minute)
    if per_minute == 0 then return -1, 0 end
    local used_us = max(whole_at - now, 0)
    return max(floor((WINDOW_US - used_us) * per_minute / WINDOW_US), 0), ceil(used_us / 1000)
  end

  -- Appends what is left to `answer`.
  local function append(answer, whole, limits)
    local requests, requests_reset = left(whole.r, limits.requests)
    local tokens, tokens_reset = left(whole.t, limits.tokens)
    local at = #answer
    answer[at + 1], answer[at + 2], answer[at + 3], answer[at + 4] = requests, requests_reset, tokens, tokens_reset
    return answer
  end

  -- Takes a request and its tokens from what they are allowed, or nothing. Answers the refusal, if it is one.
  function rate.take(tenant, limits, cost)
    local whole = of(tenant)
    local request_us = limits.requests > 0 and span_us(1, limits.requests) or 0
    local tokens_us = limits.tokens > 0 and span_us(cost, limits.tokens) or 0
    if limits.requests > 0 then
      local wait = wait_us(whole.r, request_us)
      if wait > 0 then return append({ -3, ceil(wait / 1000) }, whole, limits) end
    end
    if limits.tokens > 0 then
      local wait = wait_us(whole.t, tokens_us)
      if wait > 0 then return append({ -4, ceil(wait / 1000) }, whole, limits) end
    end
    if limits.requests > 0 then whole.r = max(whole.r, now) + request_us end
    if limits.tokens > 0 then whole.t = max(whole.t, now) + tokens_us end
    whole.changed = true
  end

  function rate.append(answer, tenant, limits)
    return append(answer, of(tenant), limits)
  end

  -- Tokens back into an allowance, or out of it.
  function rate.correct(tenant, tokens, per_minute)
    local whole = of(tenant)
    whole.t = max(max(whole.t, now) - span_us(tokens, per_minute), now)
    whole.changed = true
  end

  function rate.flush()
    for _, whole in pairs(loaded) do
      if whole.changed then
        local last = max(whole.r, whole.t)
        if last <= now then
          call('DEL', whole.key)
        else
          call('HSET', whole.key, 'r', text_of(whole.r), 't', text_of(whole.t), 'at', text_of(now))
          call('PEXPIREAT', whole.key, text_of(ceil(last / 1000)))
        end
      end
    end
  end
end

-- A correction as `finish` and `cancel` bring it. Its fields are taken in any case.
local function take_correction()
  local tokens = take()
  if tokens == '0' then return nil end
  return { tokens = tonumber(tokens), tenant = take(), per_minute = take_number() }
end
