-- A full line is first offered to the replicas: what can run now does not count as waiting.
function transitions.admit()
  local rank, cost, tenant, id = take(), take(), take(), take()
  if redis.call('ZCARD', LINE) >= depth_max then claim() end
  local depth = redis.call('ZCARD', LINE)
  if depth >= depth_max then return -depth end
  local order = redis.call('INCR', ORDER)
  enter_line(member_of(rank, order, cost, tenant, id), id)
  return order
end
