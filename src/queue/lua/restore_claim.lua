function transitions.restore_claim()
  local name, replica = take(), take()
  local member = take_placed_member()
  redis.call('HSET', CLAIMS, name, replica .. SEPARATOR .. member)
  return DONE
end
