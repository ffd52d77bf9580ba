-- The claim is gone, and what it was charged is set right: only by the one whose it still was.
function transitions.finish()
  local name, charge = take(), take()
  local rank, lane
  if charge ~= '0' then rank, lane = take(), take() end
  local correction = take_correction()
  if call('HDEL', OWN_CLAIMS, name) == 0 then return STALE end
  if charge ~= '0' then flows.correct(flows.tier(rank), lane, tonumber(charge)) end
  if correction then rate.correct(correction.tenant, correction.tokens, correction.per_minute) end
  return DONE
end
