-- What each flow has had. A flow is a lane in one tier (priority); its counter is virtual tokens.
-- Counters are kept here and written in one piece: before the sorted set is read, and at the end.
local flows = {}
do
  local IDLE_MS = 60000
  local RANKS = { '0', '1', '2' }
  local stored, tiers_clock, served, idle_end, clock_changed
  local loaded -- tiers

  function flows.begin()
    stored = call('HMGET', CLOCK, '0', '1', '2', 'tiers', 'served', 'idle')
    tiers_clock, served, idle_end = tonumber(stored[4] or 0), tonumber(stored[5] or 0), tonumber(stored[6] or 0)
    clock_changed, loaded = false, {}
  end

  -- Who went idle long ago is forgotten.
  function flows.forget_idle()
    if idle_end == 0 or now < idle_end then return end
    call('DEL', STEM .. 'idle:0', STEM .. 'idle:1', STEM .. 'idle:2')
    idle_end, clock_changed = 0, true
  end

  function flows.served()
    return served
  end

  -- A tier as stored: the furthest start of service in it, its virtual time, and the lane in turn.
  local function load(place)
    local rank = RANKS[place]
    local clock, virtual, turn = match(stored[place] or '0 0 ', '^(%d+) (%d+) (.*)$')
    local key = STEM .. 'flows:' .. rank
    local tier = {
      rank = rank,
      share = shares[place],
      key = key,
      count = call('ZCARD', key),
      clock = tonumber(clock),
      virtual = tonumber(virtual),
      turn = turn,
      counters = {}, -- lane -> number, or false where it has nothing in line
      unwritten = {},
      idle = {}, -- lane -> number or false
      idle_unwritten = {},
      -- of one run of claims
      skipped = {}, -- lanes
      skips = 0,
      window = false, -- the first lanes by counter
      wide = 0,
      bound = 0,
      heads = {}, -- lane -> its first members
      dirty = false,
      idle_dirty = false,
      changed = false,
    }
    loaded[place] = tier
    return tier
  end

  function flows.tier(rank)
    return loaded[rank + 1] or load(rank + 1)
  end

  function flows.counter(tier, lane)
    if tier.count == 0 then return false end
    local counter = tier.counters[lane]
    if counter == nil then
      counter = tonumber(call('ZSCORE', tier.key, lane)) or false
      tier.counters[lane] = counter
    end
    return counter
  end

  local function set_counter(tier, lane, counter)
    tier.counters[lane] = counter
    tier.unwritten[lane] = true
    tier.dirty = true
  end

  local function idle_counter(tier, lane)
    local counter = tier.idle[lane]
    if counter == nil then
      counter = idle_end > 0 and tonumber(call('ZSCORE', STEM .. 'idle:' .. tier.rank, lane)) or false
      tier.idle[lane] = counter
    end
    return counter
  end

  -- Only what is ahead of the clock is kept: there is no credit.
  local function set_idle(tier, lane, counter)
    if counter and counter <= tier.clock then counter = false end
    if not counter and not idle_counter(tier, lane) then return end
    tier.idle[lane] = counter
    tier.idle_unwritten[lane] = true
    tier.idle_dirty = true
    if counter then idle_end, clock_changed = now + IDLE_MS * 1000, true end
  end

  -- Something of the lane is in line. `refund`: what a claim that came to nothing had charged. A store that lost its
  -- memory knows nothing of that charge: there is no counter below zero.
  function flows.enter(tier, lane, refund)
    local counter = flows.counter(tier, lane)
    if counter then
      if refund > 0 then set_counter(tier, lane, max(counter - refund, 0)) end
      return
    end
    local base = max((idle_counter(tier, lane) or 0) - refund, tier.clock)
    set_idle(tier, lane, false)
    if tier.count == 0 and tiers_clock > tier.virtual then tier.virtual, tier.changed = tiers_clock, true end
    tier.count = tier.count + 1
    set_counter(tier, lane, base)
  end

  -- Nothing of the lane is in line any more.
  function flows.leave(tier, lane)
    local counter = flows.counter(tier, lane)
    if not counter then return end
    tier.count = tier.count - 1
    set_counter(tier, lane, false)
    set_idle(tier, lane, counter)
  end

  -- What a claim turned out to be worth beyond its charge, wherever its lane is now.
  function flows.correct(tier, lane, charge)
    local counter = flows.counter(tier, lane)
    if counter then return set_counter(tier, lane, max(counter + charge, 0)) end
    local idle = idle_counter(tier, lane)
    set_idle(tier, lane, (idle and max(idle, tier.clock) or tier.clock) + charge)
  end

  -- A claim of the lane's next ticket.
  function flows.charge(tier, lane, charge, age_ms)
    local start = flows.counter(tier, lane)
    tier.clock = max(tier.clock, start)
    tiers_clock = max(tiers_clock, tier.virtual)
    tier.virtual = tier.virtual + floor(charge * 1024 * ageing_ms / (tier.share * (ageing_ms + age_ms)))
    tier.turn = lane
    served = served + 1
    tier.changed, clock_changed = true, true
    set_counter(tier, lane, start + charge)
  end

  local function write(key, lanes, counters)
    local set, gone = {}, {}
    for lane in pairs(lanes) do
      local counter = counters[lane]
      if counter then
        local at = #set
        set[at + 1], set[at + 2] = text_of(counter), lane
      else
        gone[#gone + 1] = lane
      end
    end
    if #gone > 0 then call('ZREM', key, unpack(gone)) end
    if #set > 0 then call('ZADD', key, unpack(set)) end
    return #set > 0
  end

  function flows.write(tier)
    if not tier.dirty then return end
    write(tier.key, tier.unwritten, tier.counters)
    tier.unwritten, tier.dirty = {}, false
  end

  function flows.flush()
    for _, tier in pairs(loaded) do
      flows.write(tier)
      if tier.idle_dirty and write(STEM .. 'idle:' .. tier.rank, tier.idle_unwritten, tier.idle) then
        call('PEXPIREAT', STEM .. 'idle:' .. tier.rank, ceil(now / 1000) + IDLE_MS)
      end
      if tier.changed then
        call('HSET', CLOCK, tier.rank, format('%d %d %s', tier.clock, tier.virtual, tier.turn))
        if idle_end > 0 then call('ZREMRANGEBYSCORE', STEM .. 'idle:' .. tier.rank, '-inf', tier.clock) end
      end
    end
    if clock_changed then call('HSET', CLOCK, 'tiers', text_of(tiers_clock), 'served', text_of(served), 'idle', text_of(idle_end)) end
  end
end
