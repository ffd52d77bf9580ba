-- A life begins, and all others of its node are over. `former` is the one whose tickets and claims it restores itself;
-- if that lapsed before, others may have taken over already.
function transitions.register()
  local node, former, lease_ms, rooms = take(), take(), take_number(), take()
  for _, other in ipairs(call('ZRANGE', NODES, 0, -1)) do
    if other ~= life and string.match(other, '^[^:]*') == node then lives.bury(other, other == former and 0 or 1) end
  end
  lives.renew(lease_ms, rooms)
  sweep()
  return lives.all()
end
