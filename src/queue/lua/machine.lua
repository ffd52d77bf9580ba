-- One pool of all nodes. What each key holds is said in ADR 9; all are named after the first, under one hash tag.
local call, ARGV, format, match = redis.call, cjson.decode(ARGV[1]), string.format, string.match
local LINE = KEYS[1]
local STEM = string.sub(LINE, 1, -5)
local APART, CLAIMS, IDS, CLOCK = STEM .. 'apart', STEM .. 'claims:', STEM .. 'ids:', STEM .. 'clock'
local NODES, GONE, ROOMS = STEM .. 'nodes', STEM .. 'gone', STEM .. 'rooms'

local SEPARATOR, AFTER_SEPARATOR = '\31', '\32'
local DONE, STALE = 1, 0
local max, floor, ceil = math.max, math.floor, math.ceil

-- ARGV, taken one by one
local cursor = 0
local function take()
  cursor = cursor + 1
  return ARGV[cursor]
end

local function take_number()
  cursor = cursor + 1
  return tonumber(ARGV[cursor])
end

-- Numbers go to Redis as text made here: what it makes of them itself takes twice as long.
local function text_of(number)
  return format('%d', number)
end

local life, claim_base, depth_max = take(), take(), take_number()
local shares = { take_number(), take_number(), take_number() }
local ageing_ms, quantum = take_number(), take_number()
local OWN_CLAIMS = CLAIMS .. life
local now = now_us()

-- What this commit has made of the pool so far. Read once, written at its end: a call to Redis costs as much as all else.
local waiting = call('ZCARD', LINE)
local apart = call('ZCARD', APART)
local entered = false -- whether something came into the line or apart, from wherever
local claimed = 0
local claims = {} -- what was claimed, as answered

-- Orders: the µs of now, made unique.
local orders = { key = STEM .. 'order' }
function orders.last()
  if not orders.given then orders.given = tonumber(call('GET', orders.key) or 0) end
  return orders.given
end

function orders.raise(order)
  if order > orders.last() then orders.given, orders.changed = order, true end
end

function orders.next()
  orders.raise(max(orders.last() + 1, now))
  return orders.given
end

function orders.flush()
  if orders.changed then call('SET', orders.key, text_of(orders.given)) end
end

-- A ticket: its member's fields. As `member.ts` writes it.
local MEMBER = '^(%d)\31([^\31]*)\31(%d+)\31(%d+)\31(%d+)\31([^\31]*)\31([^\31]*)\31(.*)$'
local function ticket_of(member)
  local rank, tenant, order, cost, charge, prefer, origin, id = match(member, MEMBER)
  return {
    member = member,
    rank = rank,
    tenant = tenant,
    order = tonumber(order),
    cost = tonumber(cost),
    charge = tonumber(charge),
    prefer = prefer,
    origin = origin,
    id = id,
  }
end

-- Text by its bytes: Lua's own order follows the server's locale.
local function before(one, other)
  local length = math.min(#one, #other)
  for at = 1, length do
    local a, b = string.byte(one, at), string.byte(other, at)
    if a ~= b then return a < b end
  end
  return #one < #other
end

local transitions = {}
