-- The fence: a commit that was under way when its connection died, or a store that lost its memory, changes nothing.
if ARGV[cursor + 1] ~= 'reset' and redis.call('GET', LIFE) ~= life then return false end

while cursor < #ARGV do
  results[#results + 1] = transitions[take()]()
end
claim()
return { results, claims }
