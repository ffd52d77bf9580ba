# shellcheck shell=sh disable=SC2034,SC2154
# Clients: curl in loops, every answer looked at. Sourced by field-acceptance.sh.

clients=''

# ask POOL stream|whole ANSWER_FILE: one request, one line: MODE STATUS good|bad FIRST_BYTE_MS TOTAL_MS
ask() {
  stream=false end='"finish_reason":'
  [ "$2" = whole ] || stream=true end='data: \[DONE\]'
  times=$(curl -sN --max-time 1200 -o "$3" -w '%{http_code} %{time_starttransfer} %{time_total}' "$url/v1/chat/completions" \
    -H 'content-type: application/json' ${SSW_API_KEY:+-H "authorization: Bearer $SSW_API_KEY"} \
    -d '{"model":"'"$1"'","stream":'"$stream"',"max_tokens":64,"messages":[{"role":"user","content":"Count slowly from one to fifty."}]}') || :
  good=bad
  # shellcheck disable=SC2086 # three words
  set -- "$2" "$3" $times
  if [ "${3:-000}" = 200 ] && grep -q "$end" "$2"; then good=good; fi
  echo "$1 ${3:-000} $good ${4:-0} ${5:-0}" | awk '{ printf "%s %s %s %d %d\n", $1, $2, $3, $4 * 1000, $5 * 1000 }'
}

# traffic_begin NAME: half of the clients stream, the pools in turns, until traffic_end.
traffic_begin() {
  traffic=$work/traffic-$1
  mkdir -p "$traffic"
  each=0
  while [ "$each" -lt "$workers" ]; do
    pool=$first_pool mode=stream
    [ $((each / 2 % 2)) = 0 ] || pool=$last_pool
    [ $((each % 2)) = 0 ] || mode=whole
    keep_asking "$pool" "$mode" "$traffic/$each" &
    clients="$clients $!"
    each=$((each + 1))
  done
}

keep_asking() {
  trap - EXIT INT TERM
  while [ ! -e "$traffic/stop" ]; do ask "$1" "$2" "$3.answer" >> "$3.results"; done
}

# Lets every client have its last answer.
traffic_end() {
  : > "$traffic/stop"
  # shellcheck disable=SC2086 # a list
  wait $clients || :
  clients=''
  cat "$traffic"/*.results > "$traffic/all" 2>/dev/null || : > "$traffic/all"
}

traffic_abandon() {
  [ -z "$clients" ] || : > "$traffic/stop"
  # shellcheck disable=SC2086 # a list
  [ -z "$clients" ] || kill $clients 2>/dev/null || :
}

# burst SIZE POOL: all at once; their lines are in $traffic/all.
burst() {
  traffic=$work/traffic-burst
  mkdir -p "$traffic"
  each=0
  while [ "$each" -lt "$1" ]; do
    (trap - EXIT INT TERM; ask "$2" whole "$traffic/$each.answer" > "$traffic/$each.results") &
    clients="$clients $!"
    each=$((each + 1))
  done
  traffic_end
}

answered() { awk '$3 == "good" { n++ } END { print n + 0 }' "$traffic/all"; }
# lost stream|whole: requests of a kind that ended otherwise than with their whole answer.
lost() { awk -v mode="$1" '$1 == mode && $3 != "good" { n++ } END { print n + 0 }' "$traffic/all"; }
# Neither answered nor refused with 429 or 503.
unexplained() { awk '$3 != "good" && $2 != 429 && $2 != 503 { n++ } END { print n + 0 }' "$traffic/all"; }
# percentile COLUMN SHARE: of the good ones; 4 is the first byte, 5 the whole.
percentile() {
  awk -v column="$1" '$3 == "good" { print $column }' "$traffic/all" | sort -n |
    awk -v share="$2" '{ v[NR] = $1 } END { at = int(NR * share / 100 + 0.999); print NR == 0 ? 999999 : v[at < 1 ? 1 : at] }'
}
