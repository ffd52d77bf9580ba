-- A life begins, and the others of its node are over. What they left is swept later, at a beat: what of it goes on is
-- restored by then.
function transitions.register()
  local node, lease_ms, rooms = take(), take_number(), take()
  for _, other in ipairs(call('ZRANGE', NODES, 0, -1)) do
    if other ~= life and lives.node_of(other) == node then lives.bury(other) end
  end
  lives.renew(lease_ms, rooms)
  return lives.all()
end
