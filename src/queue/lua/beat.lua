-- The lease of this life, renewed; others whose lease has ended are over.
function transitions.beat()
  local lease_ms, rooms = take_number(), take()
  local now_ms = floor(now / 1000)
  lives.renew(lease_ms, rooms)
  lives.shorten(now_ms + max(lease_ms * 2, LEASE_LEFT_MS_MAX))
  for _, other in ipairs(call('ZRANGEBYSCORE', NODES, '-inf', '(' .. text_of(now_ms))) do
    lives.bury(other)
  end
  sweep()
  return lives.all()
end
