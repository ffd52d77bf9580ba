# shellcheck shell=sh disable=SC2034,SC2154
# The steps, in the order of an evening at the host. Sourced by field-acceptance.sh.

step_start() {
  began=$(now_ms)
  node_begin
  eventually "$start_limit_s" all_ready || can_go_on=no
  start_s=$((($(now_ms) - began) / 1000))
  judge start 'replicas that are ready' "$(replicas | grep -c ' ready ' || :)" at_least "$(replicas | grep -c . || :)" replicas
  judge start 'until all are ready' "$start_s" at_most "$start_limit_s" s
  first_pool=$(replicas | head -n 1 | cut -d ' ' -f 2)
  last_pool=$(replicas | awk -v first="$first_pool" '$2 != first { pool = $2 } END { print pool == "" ? first : pool }')
  url=$(node_url)
  [ "$can_go_on" = yes ] || ssw status >&2 || :
}

step_traffic() {
  traffic_begin steady
  sleep "$traffic_s"
  traffic_end
  code=0
  ssw eval > "$work/eval" 2>&1 || code=$?
  [ "$code" = 0 ] || cat "$work/eval" >&2
  judge traffic 'exit code of eval: what the models answer' "$code" exactly 0 code
  judge traffic 'answers' "$(answered)" at_least "$workers" answers
  judge traffic 'requests without a whole answer' "$(($(lost stream) + $(lost whole)))" exactly 0 requests
  judge traffic "first byte, p95 of $workers clients" "$(percentile 4 95)" at_most "$ttft_limit_ms" ms
}

# wound STEP NOTICE_MS REPLICA LEADER OTHERS: what follows when an engine was hurt at $began, while clients ask. LEADER is the
# pid of its former life, OTHERS the lives of the others before.
wound() {
  step=$1 notice_ms=$2 victim=$3 old=$4 others=$5
  eventually $((notice_ms * 3 / 1000 + 30)) is_other_life "$victim" "$old" || :
  judge "$step" 'until it is noticed' $(($(now_ms) - began)) at_most "$notice_ms" ms
  eventually $((start_s * 2 + 60)) is_back "$victim" "$old" || :
  judge "$step" 'until the replica is ready again' $((($(now_ms) - began) / 1000)) at_most $((start_s + notice_ms / 1000 + 60)) s
  traffic_end
  judge "$step" 'requests lost that had no byte of an answer' "$(lost whole)" exactly 0 requests
  judge "$step" 'streams that broke, of all clients that stream' "$(lost stream)" at_most $((workers / 2)) streams
  judge "$step" 'answers meanwhile' "$(answered)" at_least 1 answers
  judge "$step" 'other replicas that were disturbed' "$(disturbed "$victim" "$others")" exactly 0 replicas
}

lives_but() { replicas | awk -v but="$1" '$1 != but { print $1, $4 }'; }
# disturbed VICTIM LIVES_BEFORE
disturbed() {
  lives_but "$1" > "$work/lives"
  printf '%s\n' "$2" | grep -cvxFf "$work/lives" || :
}

step_crash() {
  target=$(replicas | awk -v pool="$first_pool" '$2 == pool { print $1; exit }')
  leader=$(pid_of "$target") lives=$(lives_but "$target")
  traffic_begin crash
  sleep 1
  began=$(now_ms)
  kill -KILL "$leader"
  wound crash "$crash_notice_ms" "$target" "$leader" "$lives"
}

step_hang() {
  target=$(replicas | awk -v pool="$last_pool" '$2 == pool { print $1; exit }')
  leader=$(pid_of "$target") lives=$(lives_but "$target")
  core=$(core_of "$leader")
  if [ -z "$core" ]; then
    judge hang "core found in the session of $target" 0 at_least 1 processes
    return
  fi
  traffic_begin hang
  sleep 1
  began=$(now_ms)
  kill -STOP "$core"
  wound hang "$hang_notice_ms" "$target" "$leader" "$lives"
}

# There and back, and one that has to go back by itself, while clients ask.
step_swap() {
  old_model=$(replicas | awk -v pool="$first_pool" '$2 == pool { print $5; exit }')
  traffic_begin swap
  sleep 1
  swap "$swap_to" 'to the other model'
  swap "$old_model" 'and back'
  swap_in_vain
  traffic_end
  judge swap 'requests and streams that failed meanwhile' "$(($(lost stream) + $(lost whole)))" exactly 0 requests
  judge swap 'answers meanwhile' "$(answered)" at_least 1 answers
}

# swap MODEL WORDS
swap() {
  began=$(now_ms) code=0
  revision=$(revision_of "$1")
  ssw swap "$first_pool" "$1" ${revision:+--revision "$revision"} --wait >&2 || code=$?
  judge swap "exit code, $2" "$code" exactly 0 code
  judge swap "time, $2" $((($(now_ms) - began) / 1000)) at_most "$swap_limit_s" s
  judge swap "replicas of $first_pool with another model" "$(with_another "$first_pool" "$1")" exactly 0 replicas
}

# No engine starts with it; whether that is found out before or after a replica was moved is not judged.
swap_in_vain() {
  began=$(now_ms) code=0
  ssw swap "$first_pool" "$hopeless" --wait >&2 || code=$?
  judge swap 'exit code, to a model that cannot start' "$code" at_least 1 code
  judge swap 'until all is as it was' $((($(now_ms) - began) / 1000)) at_most "$swap_limit_s" s
  judge swap "replicas of $first_pool with another model" "$(with_another "$first_pool" "$old_model")" exactly 0 replicas
  eventually 60 all_ready || :
  judge swap 'replicas that are not ready after it' "$(replicas | grep -cv ' ready ' || :)" exactly 0 replicas
}
with_another() { replicas | awk -v pool="$1" -v model="$2" '$2 == pool && $5 != model { n++ } END { print n + 0 }'; }

step_burst() {
  began=$(now_ms)
  burst "$burst_size" "$first_pool"
  judge burst "of $burst_size at once, neither answered nor refused" "$(unexplained)" exactly 0 requests
  judge burst 'answered' "$(answered)" at_least 1 requests
  judge burst 'until the last one' $((($(now_ms) - began) / 1000)) at_most "$drain_s" s
  code=0
  ssw queue audit >&2 || code=$?
  judge burst 'faults that queue audit finds' "$code" exactly 0 faults
}

step_stop() {
  began=$(now_ms) code=0
  kill -TERM "$node"
  wait "$node" || code=$?
  node=''
  judge stop 'exit code of the node' "$code" exactly 0 code
  judge stop 'time' $((($(now_ms) - began) / 1000)) at_most 180 s
  judge stop 'processes of engines that are left' "$(processes_left)" exactly 0 processes
  [ "$simulated" = yes ] || judge stop 'memory that the cards did not get back' "$(memory_kept)" at_most 512 MiB
}

# The most that a card has less than before, after the driver had five seconds.
memory_kept() {
  sleep 5
  card_memory > "$work/memory-after"
  paste "$work/memory-before" "$work/memory-after" | awk '{ kept = $2 - $1 } kept > most { most = kept } END { print most + 0 }'
}
