-- Back with the member it had, so at its old place; the bound on depth is for newcomers.
function transitions.give_back()
  local name, is_suspect = take(), take() == '1'
  local held = call('HGET', OWN_CLAIMS, name)
  if not held then return STALE end
  call('HDEL', OWN_CLAIMS, name)
  line.take_back(held, is_suspect)
  return DONE
end
