-- What this node's replicas can take, and which of them takes what.
local placing = {}
local offers

local function take_offer()
  local offer = { replica = take(), tokens = take_number(), reserve = take_number(), sequences = take_number() }
  offer.idle = take() == '1'
  local how = take_number() -- 1: alone, 2: a variant follows, 4: first
  offer.alone, offer.first = how % 2 == 1, how >= 4
  offer.variant = how % 4 >= 2 and take()
  offer.excepted, offer.except, offer.held = take_number(), false, false
  if offer.excepted > 0 then
    offer.except = {}
    for _ = 1, offer.excepted do offer.except[take()] = true end
  end
  return offer
end

function placing.begin()
  offers = {}
  for at = 1, take_number() do offers[at] = take_offer() end
end

local function may_take(offer, id, variant)
  if variant and offer.variant ~= variant then return false end
  return not offer.alone and not offer.held and not (offer.except and offer.except[id])
end

-- One that goes first; else the one that served its session or prefix last, if that fits and has half the room of the one with most; else the one
-- with most. An idle one takes a ticket of any size. Whose tenant is ahead leaves the reserve to others.
local function place(cost, id, prefer, is_ahead, variant)
  local best, most, preferred
  for at = 1, #offers do
    local offer = offers[at]
    local tokens = offer.tokens
    local least = is_ahead and cost + offer.reserve or cost
    if offer.sequences > 0 and (tokens >= least or offer.idle) and may_take(offer, id, variant) then
      if offer.first then return offer end
      if not best or tokens > most then best, most = offer, tokens end
      if offer.replica == prefer then preferred = offer end
    end
  end
  if preferred and preferred.tokens * 2 >= most then return preferred end
  return best
end

-- Keeps a replica's room for a ticket that fits nowhere: the one that has most is taken out.
local function hold(id, variant)
  local best
  for at = 1, #offers do
    local offer = offers[at]
    if may_take(offer, id, variant) and (not best or offer.tokens > best.tokens) then best = offer end
  end
  if best then best.held = true end
  return best
end

-- Whether anything could be placed at all; with a `variant`, anything of that.
local function has_room(variant)
  for at = 1, #offers do
    local offer = offers[at]
    local takes_any = not offer.alone and not offer.held and offer.sequences > 0
    local is_of = not variant or offer.variant == variant
    if takes_any and is_of and (offer.idle or offer.tokens > 0) then return true end
  end
  return false
end

local function occupy(offer, cost)
  offer.tokens = offer.tokens - cost
  offer.sequences = offer.alone and 0 or offer.sequences - 1
  offer.idle = false
end
