-- Where tickets wait: the line and, for suspects, apart from it. `ids` finds them; what is written to it and to the
-- line is written in one piece.
local line = {}
do
  local ids -- origin -> id -> member, or false where it has left
  local coming, leaving

  function line.begin()
    ids, coming, leaving = {}, {}, {}
  end

  local function range_of(rank, lane)
    local flow = rank .. SEPARATOR .. lane
    return '[' .. flow .. SEPARATOR, '(' .. flow .. AFTER_SEPARATOR
  end

  local function note_id(origin, id, member)
    local list = ids[origin]
    if not list then
      list = {}
      ids[origin] = list
    end
    list[id] = member
  end

  -- What the sorted set does not know yet. Before anything of it is read.
  function line.flush()
    if leaving[1] then
      call('ZREM', LINE, unpack(leaving))
      leaving = {}
    end
    if coming[1] then
      call('ZADD', LINE, unpack(coming))
      coming = {}
    end
  end

  function line.flush_ids()
    for origin, list in pairs(ids) do
      local set, gone = {}, {}
      for id, member in pairs(list) do
        if member then
          local at = #set
          set[at + 1], set[at + 2] = id, member
        else
          gone[#gone + 1] = id
        end
      end
      if #set > 0 then call('HSET', IDS .. origin, unpack(set)) end
      if #gone > 0 then call('HDEL', IDS .. origin, unpack(gone)) end
    end
    ids = {}
  end

  local function find_of(origin, id)
    local list = ids[origin]
    local member = list and list[id]
    if member == nil then member = call('HGET', IDS .. origin, id) end
    return member
  end

  -- The member of a waiting ticket of this life.
  function line.find(id)
    return find_of(life, id)
  end

  -- A newcomer at the end of its flow.
  function line.enter(rank, lane, id, member)
    flows.enter(flows.tier(rank), lane, 0)
    local at = #coming
    coming[at + 1], coming[at + 2] = '0', member
    note_id(life, id, member)
    waiting = waiting + 1
    entered = true
  end

  local function leave_line(ticket)
    line.flush()
    if call('ZREM', LINE, ticket.member) == 0 then return false end
    waiting = waiting - 1
    local from, to = range_of(ticket.rank, ticket.lane)
    if waiting == 0 or not call('ZRANGE', LINE, from, to, 'BYLEX', 'LIMIT', 0, 1)[1] then
      flows.leave(flows.tier(ticket.rank), ticket.lane)
    end
    return true
  end

  local function leave_apart(ticket)
    if apart > 0 then apart = apart - call('ZREM', APART, ticket.member) end
  end

  -- Out of wherever it waits.
  function line.remove(ticket)
    if not leave_line(ticket) then leave_apart(ticket) end
    note_id(ticket.origin, ticket.id, false)
  end

  -- A ticket that was there before, at its old place or apart, and only there. `refund`: what it was charged for nothing.
  function line.put(ticket, is_suspect, refund)
    if is_suspect then
      leave_line(ticket)
      apart = apart + call('ZADD', APART, text_of(ticket.order), ticket.member)
    else
      leave_apart(ticket)
      line.flush()
      waiting = waiting + call('ZADD', LINE, '0', ticket.member)
      flows.enter(flows.tier(ticket.rank), ticket.lane, refund)
    end
    note_id(ticket.origin, ticket.id, ticket.member)
    entered = true
  end

  -- What a claim held goes back, unless nobody waits for it any more. One that waits already stays where its origin put it.
  function line.take_back(held, is_suspect)
    local kind, member = match(held, '^(%l+)\31[^\31]*\31(.*)$')
    local ticket = ticket_of(member)
    if not lives.current(ticket.origin) then return end
    local refund = kind == 'line' and ticket.charge or 0
    if is_suspect or not find_of(ticket.origin, ticket.id) then
      line.put(ticket, is_suspect or kind == 'alone', refund)
    elseif refund > 0 then
      flows.correct(flows.tier(ticket.rank), ticket.lane, -refund)
    end
  end

  local function more(head)
    local most = math.min(head.most * 2, 32)
    head.list = call('ZRANGE', LINE, head.from, head.to, 'BYLEX', 'LIMIT', '0', text_of(most))
    head.at, head.most = 1, most
    head.is_all = #head.list < most
  end

  local function head_of(tier, lane)
    local head = tier.heads[lane]
    if not head then
      local from, to = range_of(tier.rank, lane)
      head = { most = 1, from = from, to = to, at = 1, list = false, is_all = false }
      tier.heads[lane] = head
      more(head)
    end
    return head
  end

  local function first_of(head)
    local member = head.list[head.at]
    if member or head.is_all then return member end
    head.from = '(' .. head.list[head.at - 1]
    more(head)
    return head.list[1]
  end

  -- The first member of a flow, as far as this run of claims has come. What it takes leaves the sorted set at its end.
  function line.first(tier, lane)
    return first_of(head_of(tier, lane))
  end

  -- That member leaves; and its flow with it, if it was the last.
  function line.shift(tier, lane, member, origin, id)
    local head = head_of(tier, lane)
    head.at = head.at + 1
    leaving[#leaving + 1] = member
    note_id(origin, id, false)
    waiting = waiting - 1
    if not first_of(head) then flows.leave(tier, lane) end
  end

  function line.shift_apart(ticket)
    apart = apart - call('ZREM', APART, ticket.member)
    note_id(ticket.origin, ticket.id, false)
  end

  -- How many tickets of a lane wait in line, of all tiers.
  function line.count(lane)
    line.flush()
    local count = 0
    for rank = 0, 2 do
      local tier = flows.tier(rank)
      if flows.counter(tier, lane) then count = count + call('ZLEXCOUNT', LINE, range_of(tier.rank, lane)) end
    end
    return count
  end

  -- A guess at how many go first: its own lane's, as many of each other lane of its tier, and of the other tiers what
  -- their shares make of that.
  function line.ahead(rank, lane, member)
    line.flush()
    local from = range_of(rank, lane)
    local own = call('ZLEXCOUNT', LINE, from, '(' .. member)
    local counts = {}
    for place = 1, 3 do
      local from_tier, to_tier = '[' .. place - 1 .. SEPARATOR, '(' .. place - 1 .. AFTER_SEPARATOR
      counts[place] = call('ZLEXCOUNT', LINE, from_tier, to_tier)
    end
    local others, at = flows.tier(rank).count - 1, rank + 1
    local in_tier = own + math.min(counts[at] - own - 1, own * others + floor(others / 2))
    local sum = in_tier
    for place = 1, 3 do
      local passing = floor((in_tier + 1) * shares[place] / shares[at])
      if place ~= at then sum = sum + math.min(counts[place], passing) end
    end
    return sum
  end
end
