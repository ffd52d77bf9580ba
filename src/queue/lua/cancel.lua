function transitions.cancel()
  local id, refund = take(), take_correction()
  local member = line.find(id)
  if not member then return STALE end
  line.remove(ticket_of(member))
  if refund then rate.correct(refund.tenant, refund.tokens, refund.per_minute) end
  return DONE
end
