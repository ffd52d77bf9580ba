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
passed=0 failed=0 begun=0
at_once=$(nproc)
NO_ERROR='errors: 0'
BYTES_OF_TWO='assertion violated ((seen'
STUCK='assertion violated ((outcomes'

# One check, in a directory of its own. Its first line begins with "ok" or "FAIL".
run_check() {
  directory=$1 expected=$2 kind=$3 name=$4
  shift 4
  cd "$directory"
  began=$(date +%s)
  spin -a "$@" "$model" >/dev/null
  cc -O1 -w "$kind" -o pan pan.c
  if [ "$kind" = -DNP ]; then ./pan -m1000000 -l; else ./pan -m1000000; fi > said 2>&1 || true
  took=$(($(date +%s) - began))
  states=$(sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' said)
  mib=$(sed -n 's/^ *\([0-9]*\)\.[0-9]*[[:space:]]total actual memory usage.*/\1/p' said)
  if grep -qF "$expected" said && ! grep -q 'max search depth too small' said; then
    echo "ok   $name: $states states, $took s, $mib MiB"
  else
    echo "FAIL $name: expected \"$expected\""
    cat said
  fi
}

# what is expected | kind of check | what it is called | flags of the model
check() {
  begun=$((begun + 1))
  mkdir "$work/$begun"
  run_check "$work/$begun" "$@" > "$work/$begun/result" 2>&1 &
  if [ $((begun % at_once)) = 0 ]; then wait; fi
}

tell() {
  at=0
  while [ "$at" -lt "$begun" ]; do
    at=$((at + 1))
    cat "$work/$at/result"
    if grep -q '^ok ' "$work/$at/result"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
  done
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
wait
tell
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
