function transitions.restore_claim()
  local name, kind, replica, member = take(), take(), take(), take()
  orders.raise(ticket_of(member).order)
  call('HSET', OWN_CLAIMS, name, table.concat({ kind, replica, member }, SEPARATOR))
  return DONE
end
