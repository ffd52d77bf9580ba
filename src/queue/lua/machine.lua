-- One pool of one node. All state is in these keys, under one hash tag; a ticket is in `LINE` or in `CLAIMS`, never both.
local LINE = KEYS[1]   -- sorted set, all scores 0: members in text order are the order of service
local IDS = KEYS[2]    -- hash: id -> member, for tickets in line only
local CLAIMS = KEYS[3] -- hash: claim -> replica, separator, member
local ORDER = KEYS[4]  -- the last order given
local LIFE = KEYS[5]   -- the life whose commits count

local SEPARATOR = '\31'
local MEMBER = '^%d\31(%d+)\31(%d+)\31[^\31]*\31(.*)$' -- order, cost, id
local DONE, STALE = 1, 0

local cursor = 0
local function take()
  cursor = cursor + 1
  return ARGV[cursor]
end

local life, claim_base, depth_max, claims_max = take(), take(), tonumber(take()), tonumber(take())

local offers = {}
for i = 1, tonumber(take()) do
  local offer = { replica = take(), tokens = tonumber(take()), sequences = tonumber(take()), idle = take() == '1' }
  offer.except = {}
  for _ = 1, tonumber(take()) do offer.except[take()] = true end
  offers[i] = offer
end

local transitions = {}
local results = {}
local claims = {} -- flat: claim, id, replica, claim, …
local claimed = 0

-- rank, order, cost, tenant, id: as `member.ts` writes it
local function member_of(rank, order, cost, tenant, id)
  return table.concat({ rank, string.format('%016d', order), cost, tenant, id }, SEPARATOR)
end

local function take_placed_member()
  local rank, order, cost, tenant, id = take(), tonumber(take()), take(), take(), take()
  if order > tonumber(redis.call('GET', ORDER) or 0) then redis.call('SET', ORDER, string.format('%d', order)) end
  return member_of(rank, order, cost, tenant, id), id
end

local function enter_line(member, id)
  redis.call('ZADD', LINE, 0, member)
  redis.call('HSET', IDS, id, member)
end

local function leave_line(member, id)
  redis.call('ZREM', LINE, member)
  redis.call('HDEL', IDS, id)
end
