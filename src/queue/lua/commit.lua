-- The fence: a commit of a life that is over, or that the store has forgotten, changes nothing.
local is_new = ARGV[cursor + 1] == 'register'
if is_new then define_rare() end
if is_new and lives.is_past() or not is_new and not lives.current(life) then return false end
flows.begin()

local results = {}
local steps, last = 0, #ARGV
while cursor < last do
  local name = take()
  if not transitions[name] then define_rare() end
  steps = steps + 1
  results[steps] = transitions[name]()
end
claiming.run()

line.flush()
line.flush_ids()
claiming.flush()
flows.flush()
rate.flush()
orders.flush()
if entered and waiting + apart > 0 and call('ZCARD', NODES) > 1 then
  call('PUBLISH', BELL_CHANNEL, match(LINE, '{(.*)}:line$'))
end
return { results, claims, waiting, apart, flows.served(), claiming.more and 1 or 0 }
