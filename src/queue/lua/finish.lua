function transitions.finish()
  return redis.call('HDEL', CLAIMS, take())
end
