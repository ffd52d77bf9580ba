-- Each part that keeps something of a call begins anew. The first takes the head of the commit, the second its offers.
local function begin(keys, args)
  machine.begin(keys, args)
  placing.begin()
  orders.begin()
  lives.begin()
  rate.begin()
  flows.begin()
  line.begin()
  claiming.begin()
  admitting.begin()
end

local function apply_transitions()
  local results = {}
  local steps, last = 0, #ARGV
  while cursor < last do
    steps = steps + 1
    results[steps] = transitions[take()]()
  end
  return results
end

local function flush()
  line.flush()
  line.flush_ids()
  claiming.flush()
  flows.flush()
  rate.flush()
  orders.flush()
end

local function commit(keys, args)
  begin(keys, args)
  -- The fence: a commit of a life that is over, or that the store has forgotten, changes nothing.
  local is_new = ARGV[cursor + 1] == 'register'
  if is_new and lives.is_past() or not is_new and not lives.current(life) then return false end

  flows.forget_idle()
  local results = apply_transitions()
  claiming.run()
  flush()
  if entered and waiting + apart > 0 and call('ZCARD', NODES) > 1 then
    call('PUBLISH', BELL_CHANNEL, match(LINE, '{(.*)}:line$'))
  end
  return { results, claims, waiting, apart, flows.served(), claiming.more and 1 or 0 }
end

redis.register_function('ssw_commit_' .. VERSION, commit)
-- The same, also at `maxmemory`: for the commits that `redis-script.ts` says.
redis.register_function({ function_name = 'ssw_commit_always_' .. VERSION, callback = commit, flags = { 'allow-oom' } })
