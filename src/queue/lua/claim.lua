-- The replica with most room among those that can take `cost` and may take `id`. An idle one can, whatever its size.
local function place(cost, id)
  local best
  for _, offer in ipairs(offers) do
    local fits = offer.sequences > 0 and (offer.idle or offer.tokens >= cost)
    if fits and not offer.except[id] and (not best or offer.tokens > best.tokens) then best = offer end
  end
  return best
end

local function occupy(offer, cost)
  offer.tokens = offer.tokens - cost
  offer.sequences = offer.sequences - 1
  offer.idle = false
end

-- Moves the head of the line to a replica until it fits nowhere. The head is never overtaken, so it never starves.
local function claim()
  while claimed < claims_max do
    local member = redis.call('ZRANGE', LINE, 0, 0)[1]
    if not member then return end
    local _, cost, id = string.match(member, MEMBER)
    local offer = place(tonumber(cost), id)
    if not offer then return end
    occupy(offer, tonumber(cost))
    leave_line(member, id)
    claimed = claimed + 1
    local name = claim_base .. ':' .. claimed
    redis.call('HSET', CLAIMS, name, offer.replica .. SEPARATOR .. member)
    claims[#claims + 1] = name
    claims[#claims + 1] = id
    claims[#claims + 1] = offer.replica
  end
end
