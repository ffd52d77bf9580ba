-- A ticket: its member's fields. As `member.ts` writes it.
local MEMBER = '^(%d)\31([^\31]*)\31(%d+)\31(%d+)\31(%d+)\31([^\31]*)\31([^\31]*)\31(.*)$'
local function ticket_of(member)
  local rank, lane, order, cost, charge, prefer, origin, id = match(member, MEMBER)
  return {
    member = member,
    rank = rank,
    lane = lane,
    order = tonumber(order),
    cost = tonumber(cost),
    charge = tonumber(charge),
    prefer = prefer,
    origin = origin,
    id = id,
  }
end
