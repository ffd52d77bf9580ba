# What was checked and how it went.

passed=0
failed=0
summed_up=no

# report_step NAME: with the seconds since the lane began.
lane_began=$(date +%s)
report_step() { printf '== %s, after %d s\n' "$1" $(($(date +%s) - lane_began)); }

pass() {
  passed=$((passed + 1))
  printf 'pass  %s\n' "$1"
}

# fail CHECK [WHY]
fail() {
  failed=$((failed + 1))
  printf 'FAIL  %s\n' "$1"
  [ -z "${2:-}" ] || printf '%s\n' "$2" | sed 's/^/      /'
}

# check NAME COMMAND…: passes when the command succeeds; its output is shown when it does not.
check() {
  name=$1
  shift
  if output=$("$@" 2>&1); then pass "$name"; else fail "$name" "$output"; fi
}

# check_equal NAME EXPECTED ACTUAL
check_equal() {
  if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "expected: $2
got:      $3"; fi
}

refuses() { ! "$@"; }

# eventually SECONDS COMMAND…: true as soon as the command succeeds, asked five times a second.
eventually() {
  tries=$(($1 * 5))
  shift
  until "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    if [ "$tries" -le 0 ]; then
      printf 'in vain: %s\n' "$*"
      return 1
    fi
    sleep 0.2
  done
}

# Ends the lane where it cannot go on; what could not be checked counts as one failure.
give_up() {
  fail 'the lane can run' "$1"
  report_summary
}

report_summary() {
  summed_up=yes
  printf '%d passed, %d failed, 0 skipped\n' "$passed" "$failed"
  if [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]; then exit 0; fi
  exit 1
}
