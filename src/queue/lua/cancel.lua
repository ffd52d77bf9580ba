function transitions.cancel()
  local id = take()
  local member = redis.call('HGET', IDS, id)
  if not member then return STALE end
  leave_line(member, id)
  return DONE
end
