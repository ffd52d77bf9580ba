-- Back into the line with the member it had, so at its old place; the bound on depth is for newcomers.
function transitions.give_back()
  local name = take()
  local held = redis.call('HGET', CLAIMS, name)
  if not held then return STALE end
  redis.call('HDEL', CLAIMS, name)
  local member = string.match(held, '^[^\31]*\31(.*)$')
  local _, _, id = string.match(member, MEMBER)
  enter_line(member, id)
  return DONE
end
