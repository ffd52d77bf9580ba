-- One pool of all nodes. What each key holds is said in ADR 9; all are named after the first, under one hash tag.
--
-- Everything here is made once, when Redis loads the library, and serves one call after another. What belongs to one call is
-- declared without a value and gets it from the `begin` of its part, before all else: the call before was perhaps of another
-- pool, and ended in an error at any place.
local SEPARATOR, AFTER_SEPARATOR = '\31', '\32'
local LANE_SEPARATOR = '\30' -- a lane is a tenant, or of one variant `tenant variant`
local DONE, STALE = 1, 0

local call, format, match, find, max, floor, ceil -- Redis has these for a call, and none while it loads
local LINE, STEM, APART, CLAIMS, OWN_CLAIMS, IDS, CLOCK, NODES, GONE, ROOMS -- keys

-- The commit, as `argumentsOf` of `redis-script.ts` writes it; taken one by one.
local ARGV, cursor
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

local life, claim_base, depth_max, shares, ageing_ms, quantum, now
-- What this commit has made of the pool so far. Read once, written at its end: a call to Redis costs as much as all else.
local waiting, apart
local entered -- whether something came into the line or apart, from wherever
local claimed, claims -- how much was claimed, and what, as answered

local machine = {}
function machine.begin(keys, args)
  call, format, match, find = redis.call, string.format, string.match, string.find
  max, floor, ceil = math.max, math.floor, math.ceil

  LINE = keys[1]
  STEM = string.sub(LINE, 1, -5)
  APART, CLAIMS, IDS, CLOCK = STEM .. 'apart', STEM .. 'claims:', STEM .. 'ids:', STEM .. 'clock'
  NODES, GONE, ROOMS = STEM .. 'nodes', STEM .. 'gone', STEM .. 'rooms'

  ARGV, cursor = cjson.decode(args[1]), 0
  life, claim_base, depth_max = take(), take(), take_number()
  shares = { take_number(), take_number(), take_number() }
  ageing_ms, quantum = take_number(), take_number()
  OWN_CLAIMS = CLAIMS .. life
  now = now_us(keys)

  waiting, apart = call('ZCARD', LINE), call('ZCARD', APART)
  entered, claimed, claims = false, 0, {}
end

local transitions = {}
