#!/bin/sh
# Checks the protocol model with Spin, each variant exhaustively. usage: docs/model/run.sh [--more]
#   --more   also with one fault more (minutes, gigabytes)
# The last line is "N passed, N failed, 0 skipped". Needs spin and a C compiler. POSIX sh.
set -eu
model=$(cd "$(dirname "$0")" && pwd)/claim.pml
for tool in spin cc; do
  command -v "$tool" >/dev/null 2>&1 || { echo "FAIL there is no $tool"; echo "0 passed, 1 failed, 0 skipped"; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
NO_ERROR='errors: 0'
BYTES_OF_TWO='assertion violated ((seen'
STUCK='assertion violated ((outcomes'

# what is expected | kind of check | what it is called | flags of the model
check() {
  expected=$1 kind=$2 name=$3
  shift 3
  rm -f "$work"/pan*
  (cd "$work" && spin -a "$@" "$model" >/dev/null && cc -O1 -w "$kind" -o pan pan.c)
  began=$(date +%s)
  (cd "$work" && if [ "$kind" = -DNP ]; then ./pan -m1000000 -l; else ./pan -m1000000; fi) > "$work/said" 2>&1 || true
  took=$(($(date +%s) - began))
  states=$(sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' "$work/said")
  mib=$(sed -n 's/^ *\([0-9]*\)\.[0-9]*[[:space:]]total actual memory usage.*/\1/p' "$work/said")
  if grep -qF "$expected" "$work/said" && ! grep -q 'max search depth too small' "$work/said"; then
    passed=$((passed + 1))
    echo "ok   $name: $states states, $took s, $mib MiB"
  else
    failed=$((failed + 1))
    echo "FAIL $name: expected \"$expected\""
    cat "$work/said"
  fi
}

check "$NO_ERROR" -DSAFETY 'every request ends once, with bytes of one execution' -DFAULTS=3
check "$NO_ERROR" -DSAFETY 'and is served where its client waits' -DFAULTS=3 -DPATIENT
check "$NO_ERROR" -DSAFETY 'two requests' -DFAULTS=1 -DREQUESTS=2
check "$NO_ERROR" -DNP 'no history goes on for ever' -DFAULTS=2
check "$BYTES_OF_TWO" -DSAFETY 'fails without a fence' -DFENCE=NOBODY
check "$BYTES_OF_TWO" -DSAFETY 'fails with a look at the store before each frame' -DFENCE=WORKER
check "$BYTES_OF_TWO" -DSAFETY 'fails with a counter in the store' -DFENCE=COUNTER
check "$STUCK" -DSAFETY 'fails where an origin restores nothing' -DPATIENT -DNOTHING_IS_RESTORED
check "$STUCK" -DSAFETY 'fails where claims that their worker never heard of are dropped' -DPATIENT -DUNKNOWN_CLAIMS_ARE_DROPPED
check "$STUCK" -DSAFETY 'fails where what broke is left to its worker to put back' -DPATIENT -DLEFT_TO_THE_WORKER
if [ "${1:-}" = --more ]; then
  check "$NO_ERROR" -DSAFETY 'four faults' -DFAULTS=4
  check "$NO_ERROR" -DSAFETY 'two requests, two faults' -DFAULTS=2 -DREQUESTS=2 -DPATIENT
fi
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
