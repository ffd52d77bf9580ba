function transitions.restore_ticket()
  local is_suspect, ticket = take() == '1', ticket_of(take())
  orders.raise(ticket.order)
  line.put(ticket, is_suspect, 0)
  return DONE
end
