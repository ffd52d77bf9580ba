# shellcheck shell=sh disable=SC2034,SC2154
# A node of this run's own: its config, its life, what it says of itself. Sourced by field-acceptance.sh.

node=''

# The shipped four on simulated engines that start and answer quickly, with limits to match.
simulated_config() {
  cat <<'CONFIG'
gateway: { port: 0 }
pools:
  heavy: { model: sim/heavy-14b, max_model_len: 8192, args: { sim-speed: 4, sim-start-s: 4 } }
  light: { model: sim/light-8b, max_model_len: 8192, args: { sim-speed: 4, sim-start-s: 4 } }
replicas:
  - { name: heavy-0, pool: heavy, gpu: 0, gpu_memory_utilization: 0.52 }
  - { name: light-0, pool: light, gpu: 0, gpu_memory_utilization: 0.38 }
  - { name: heavy-1, pool: heavy, gpu: 1, gpu_memory_utilization: 0.52 }
  - { name: light-1, pool: light, gpu: 1, gpu_memory_utilization: 0.38 }
engine: { kind: sim, env: { SSW_SIM_CARD_LEDGER: @CARDS@ } }
eval: { smoke: plumbing }
health: { interval_s: 0.2, timeout_s: 2, dead_after_s: 5, stall_after_s: 3 }
restart: { backoff_initial_s: 0.2, backoff_max_s: 1, drain_timeout_s: 20, stop_grace_s: 3 }
CONFIG
}

write_config() {
  mkdir -p "$work/state" "$work/run"
  if [ "$simulated" = yes ]; then
    mkdir -p "$work/cache" "$work/ledger"
    simulated_config | sed "s|@CARDS@|$work/ledger|" > "$work/replicas.yaml"
    cache=$work/cache
  else
    sed 's/^  port: .*/  port: 0/' "$config" > "$work/replicas.yaml"
    # As scripts/install-vllm.sh chooses: the service's directories, else those of an ordinary user.
    installed_state=/var/lib/ssw-infer cache=/var/cache/ssw-infer
    if [ ! -d "$installed_state/venv" ]; then
      installed_state=${XDG_STATE_HOME:-$HOME/.local/state}/ssw-infer cache=${XDG_CACHE_HOME:-$HOME/.cache}/ssw-infer
    fi
    [ ! -d "$installed_state/venv" ] || ln -s "$installed_state/venv" "$work/state/venv"
  fi
  ssw check >&2 || die 'the config is not valid; it says why above'
}

# What the swap goes to, where nobody said: the last pool's model by its directory, since a name belongs to one pool. And one
# that no engine starts with: there is none of that name, or, simulated, it is too large for any card.
choose_swap() {
  hopeless=field-acceptance/no-such-model
  [ "$simulated" = no ] || hopeless=sim/giant-405b
  [ -z "$swap_to" ] || return 0
  swap_to=sim/other-14b
  [ "$simulated" = no ] || return 0
  last=$(awk '$1 == "model:" { model = $2 } END { print model }' "$work/replicas.yaml")
  swap_to=${HF_HOME:-$cache/huggingface}/hub/models--$(printf '%s' "$last" | sed 's|/|--|g')/snapshots/$(revision_of "$last")
  [ -d "$swap_to" ] || die "no model to swap to: there is no $swap_to; name one with --swap-to, or leave out the step"
}

# The revision that the config pins a model to; what is on the disk is of that one.
revision_of() {
  awk -v model="$1" '$1 == "model:" { its = $2 == model } $1 == "revision:" && its { print $2; exit }' "$work/replicas.yaml"
}

# The program with this run's directories and config.
ssw() {
  command=$1
  shift
  STATE_DIRECTORY=$work/state RUNTIME_DIRECTORY=$work/run CACHE_DIRECTORY=$cache \
    "$binary" "$command" "$@" --config "$work/replicas.yaml"
}

node_begin() {
  : > "$work/leaders"
  STATE_DIRECTORY=$work/state RUNTIME_DIRECTORY=$work/run CACHE_DIRECTORY=$cache \
    "$binary" serve --config "$work/replicas.yaml" > "$work/log" 2>&1 &
  node=$!
}

# Whatever happens, nothing is left: the node ends its engines, and is given the time to.
node_end() {
  [ -n "$node" ] && kill -0 "$node" 2>/dev/null || return 0
  kill -TERM "$node"
  eventually 120 node_is_gone || kill -KILL "$node"
}
node_is_gone() { ! kill -0 "$node" 2>/dev/null; }

now_ms() {
  read -r up _ < /proc/uptime
  echo "$((${up%.*} * 1000 + 1${up#*.} % 100 * 10))"
}

# eventually SECONDS COMMAND…: true as soon as the command succeeds. The clock is asked, not the tries.
eventually() {
  until_ms=$(($(now_ms) + $1 * 1000))
  shift
  until "$@"; do
    [ "$(now_ms)" -lt "$until_ms" ] || return 1
    sleep 0.2
  done
}

# NAME POOL STATE PID MODEL, a line a replica; leaders are kept, for the end.
replicas() {
  ssw status --json 2>/dev/null | awk -F '"' '
    /^  "replicas": \[/ { inside = 1 }
    /^  \]/ { inside = 0 }
    !inside { next }
    $2 == "name" { name = $4 } $2 == "pool" { pool = $4 } $2 == "model" { model = $4 } $2 == "state" { state = $4 }
    $2 == "pid" { pid = $3; gsub(/[^0-9]/, "", pid); print name, pool, state, pid == "" ? "-" : pid, model }' > "$work/replicas"
  awk '$4 != "-" { print $4 }' "$work/replicas" >> "$work/leaders"
  cat "$work/replicas"
}
replica() { replicas | awk -v name="$1" '$1 == name'; }
state_of() { replica "$1" | cut -d ' ' -f 3; }
pid_of() { replica "$1" | cut -d ' ' -f 4; }
all_ready() { replicas | awk '{ n++ } $3 == "ready" { ready++ } END { exit !(n > 0 && n == ready) }'; }
is_other_life() { [ "$(pid_of "$1")" != "$2" ] || [ "$(state_of "$1")" != ready ]; }
is_back() { line=$(replica "$1" | cut -d ' ' -f 3,4) && [ "$line" != "ready $2" ] && [ "${line% *}" = ready ]; }
node_url() { ssw status --json 2>/dev/null | sed -n 's/^  "url": "\(.*\)",$/\1/p'; }

# The core of an engine: of its leader's session, by the title that vLLM gives it, cut to 15 characters.
core_of() {
  cat /proc/[0-9]*/stat 2>/dev/null |
    sed -n 's/^\([0-9]*\) (VLLM::EngineCor) . [0-9]* [0-9]* '"$1"' .*/\1/p' | head -n 1
}
# How many processes of the engines' sessions there are.
processes_left() {
  sort -u "$work/leaders" | while read -r leader; do
    cat /proc/[0-9]*/stat 2>/dev/null | sed -n 's/^\([0-9]*\) (.*) [^Z] [0-9]* [0-9]* '"$leader"' .*/\1/p'
  done | wc -l | tr -d ' '
}
