-- The lease of this life, renewed; others whose lease has ended are over.
function transitions.beat()
  lives.renew(take_number(), take())
  for _, other in ipairs(call('ZRANGEBYSCORE', NODES, '-inf', '(' .. text_of(floor(now / 1000)))) do
    lives.bury(other, 1)
  end
  sweep()
  return lives.all()
end
