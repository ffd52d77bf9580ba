function transitions.restore_ticket()
  enter_line(take_placed_member())
  return DONE
end
