-- Tickets to replicas, until nothing fits.
local claiming = {}
do
  local LAST_LOOKED_AT = 7 -- of those apart, for one replica, beside those that it may not take
  local dropped -- tickets that nobody waits for any more
  local unwritten -- claim, what is held, claim, …
  -- of the present run
  local kept -- the offer whose room it keeps free
  local skips_of -- variant -> lanes passed over because what they have first fits nowhere
  local passes -- lanes passed over unread

  function claiming.begin()
    claiming.more = false -- whether a bound was met, so that another commit would come further
    dropped, unwritten, kept = 0, {}, nil
  end

  function claiming.record(kind, offer, ticket_cost, member)
    occupy(offer, ticket_cost)
    claimed = claimed + 1
    local held = kind .. SEPARATOR .. offer.replica .. SEPARATOR .. member
    claims[claimed] = held
    unwritten[claimed * 2 - 1], unwritten[claimed * 2] = claim_base .. ':' .. claimed, held
  end

  -- The first suspect that waits for a replica of its own, and may have this one.
  local function claim_alone(offer)
    for _, member in ipairs(call('ZRANGE', APART, '0', text_of(LAST_LOOKED_AT + offer.excepted))) do
      local ticket = ticket_of(member)
      if not lives.current(ticket.origin) then
        line.shift_apart(ticket)
        claiming.more = true
      elseif not (offer.except and offer.except[ticket.id]) then
        line.shift_apart(ticket)
        return claiming.record('alone', offer, ticket.cost, member)
      end
    end
  end

  local REST = '^(%d+)\31(%d+)\31(%d+)\31([^\31]*)\31([^\31]*)\31(.*)$' -- of a member, after its flow

  -- The next ticket of a flow whose origin still waits for it: member, order, cost, charge, prefer, origin, id. Nothing
  -- where the flow has come to its end or this commit to its bound.
  local function next_ticket(tier, lane)
    local member = line.first(tier, lane)
    while member do
      local order, cost, charge, prefer, origin, id = match(member, REST, #lane + 4)
      if lives.current(origin) then return member, order, tonumber(cost), tonumber(charge), prefer, origin, id end
      if dropped == SWEPT_PER_COMMIT_MAX then return end
      dropped = dropped + 1
      line.shift(tier, lane, member, origin, id)
      member = line.first(tier, lane)
    end
    flows.leave(tier, lane)
  end

  -- One ticket that is next in turn: claimed, or its lane passed over. Answers whether it was passed over.
  local function serve(tier, lane, variant)
    local member, order, cost, charge, prefer, origin, id = next_ticket(tier, lane)
    if not member and flows.counter(tier, lane) then
      claiming.more = true
      turns.skip(tier, lane)
      return true
    elseif not member then
      turns.move(tier, lane)
      return false
    end
    local age_us = max(now - order, 0)
    local offer = place(cost, id, prefer, flows.counter(tier, lane) > tier.clock, variant)
    if offer then
      flows.charge(tier, lane, charge, floor(age_us / 1000))
      line.shift(tier, lane, member, origin, id)
      turns.move(tier, lane)
      claiming.record('line', offer, cost, member)
      return false
    end
    turns.skip(tier, lane)
    if not kept and age_us >= HOLD_AFTER_MS * 1000 then kept = hold(id, variant) end
    return true
  end

  -- A lane of a variant is passed over unread where no replica of it has room, or none for as many as were tried.
  local function serve_variant(tier, lane, variant)
    local skips = skips_of[variant] or 0
    if skips < SKIPS_PER_COMMIT_MAX and has_room(variant) then
      if serve(tier, lane, variant) then skips_of[variant] = skips + 1 end
    else
      turns.skip(tier, lane)
      passes = passes + 1
    end
  end

  local function claim_line()
    if waiting == 0 or not has_room() then return end
    kept, passes, skips_of = nil, 0, {}
    line.flush()
    turns.start()
    local skips = 0
    while claimed < CLAIMS_PER_COMMIT_MAX and skips < SKIPS_PER_COMMIT_MAX and passes < PASSES_PER_COMMIT_MAX and has_room() do
      local tier = turns.next_tier()
      local lane = tier and turns.next(tier)
      if not lane then break end
      local tenant_end = find(lane, LANE_SEPARATOR, 1, true)
      if tenant_end then
        serve_variant(tier, lane, string.sub(lane, tenant_end + 1))
      elseif serve(tier, lane) then
        skips = skips + 1
      end
    end
    if kept then kept.held = false end
    line.flush()
  end

  function claiming.run()
    if apart > 0 then
      for at = 1, #offers do
        local offer = offers[at]
        if offer.alone and offer.sequences > 0 and claimed < CLAIMS_PER_COMMIT_MAX then claim_alone(offer) end
      end
    end
    claim_line()
    if claimed == CLAIMS_PER_COMMIT_MAX then claiming.more = true end
  end

  function claiming.flush()
    if claimed > 0 then call('HSET', OWN_CLAIMS, unpack(unwritten)) end
  end
end
