function transitions.look()
  local member = line.find(take())
  if not member then return -1 end
  local ticket = ticket_of(member)
  local place_apart = apart > 0 and call('ZRANK', APART, member)
  return place_apart or line.ahead(ticket.rank, ticket.lane, member)
end
