-- Which lives are current.
local lives = {}
do
  local known = {}

  -- A life whose lease has ended is current until somebody clears it.
  function lives.current(origin)
    local answer = known[origin]
    if answer == nil then
      answer = call('ZSCORE', NODES, origin) ~= false
      known[origin] = answer
    end
    return answer
  end

  -- Leases have changed.
  function lives.forget()
    known = {}
    lives.over = nil
  end
end
