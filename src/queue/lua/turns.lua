-- Whose turn it is, during one run of claims. What is next in a tier is read from its sorted set in a `window` that starts
-- small, because most runs are; what that run changes is moved in there.
local turns = {}
do
  local WINDOW_MAX = 32

  -- The first flows of a tier, those passed over left out. There may be more at `bound` and behind it.
  local function scan(tier)
    flows.write(tier)
    tier.wide = math.min(tier.wide * 2, WINDOW_MAX)
    local most = tier.wide + tier.skips
    local list = call('ZRANGE', tier.key, '0', text_of(most - 1), 'WITHSCORES')
    local window, counters, skipped = {}, tier.counters, tier.skipped
    for at = 1, #list, 2 do
      local lane = list[at]
      counters[lane] = tonumber(list[at + 1])
      if not skipped[lane] then window[#window + 1] = lane end
    end
    tier.window = window
    tier.bound = #list == most * 2 and tonumber(list[#list]) or math.huge
  end

  -- Puts a flow of the window to its new place, or out of it. Of equals the sorted set knows which is first.
  function turns.move(tier, lane)
    local window, counters = tier.window, tier.counters
    local at = 1
    while window[at] and window[at] ~= lane do at = at + 1 end
    if not window[at] then return end
    table.remove(window, at)
    local counter = counters[lane]
    if not counter or tier.skipped[lane] or counter > tier.bound then return end
    while window[at] and counters[window[at]] < counter do at = at + 1 end
    if counter == tier.bound or window[at] and counters[window[at]] == counter then
      for last = #window, at, -1 do window[last] = nil end
      tier.bound = counter
    else
      table.insert(window, at, lane)
    end
  end

  -- Whose turn it is in a tier that has something left: the one in turn until it is a quantum ahead.
  function turns.next(tier)
    if not tier.window or not tier.window[1] then scan(tier) end
    local first, turn = tier.window[1], tier.turn
    if turn == first or turn == '' or tier.skipped[turn] then return first end
    local counter = flows.counter(tier, turn)
    if counter and (not first or counter <= tier.counters[first] + quantum) then return turn end
    return first
  end

  function turns.skip(tier, lane)
    tier.skipped[lane] = true
    tier.skips = tier.skips + 1
    turns.move(tier, lane)
  end

  -- Of the tiers with something left the one with least virtual time.
  function turns.next_tier()
    local best
    for place = 1, 3 do
      local tier = flows.tier(place - 1)
      if tier.count > tier.skips and (not best or tier.virtual < best.virtual) then best = tier end
    end
    return best
  end

  -- A run of claims begins: nothing is passed over, and the sorted sets say what there is.
  function turns.start()
    for place = 1, 3 do
      local tier = flows.tier(place - 1)
      tier.skipped, tier.skips, tier.window, tier.wide, tier.heads = {}, 0, false, 2, {}
    end
  end
end
