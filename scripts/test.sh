#!/bin/sh
# Runs the tests. usage: scripts/test.sh [--all] [--clients] [--conformance] [--deploy] [--model] [--openapi] [--packaging] [--real] [--systemd] [--seed N]
#   without flags: checks, unit and property tests, seeded simulations, whole-binary tests on simulated engines,
#                  smokes of abuse (needs root) and soak (whole: SSW_ABUSE=full, SSW_SOAK=full)
#   --clients      also the SDKs and frameworks of users (installs them; about 1 GB on disk; needs Python)
#   --conformance  also the suite that other supervisors can be run through, with supervisord beside us (needs Python)
#   --deploy       also what deploy/ has, read by Prometheus's and Docker Compose's own parsers (fetches them)
#   --model        also the protocol model, by Spin (installs it)
#   --openapi      also Schemathesis against docs/openapi.json, and a fuzz (needs Python)
#   --packaging    also a release, twice, lintian, offline installs (needs Debian, Python; root for lintian)
#   --real         also four real vLLM servers on the CPU (installs them; about 3 GB on disk)
#   --systemd      also a booted systemd in a container (needs root, Debian)
#   --all          all lanes; a lane that cannot run is a failure
#   --seed N       the order of the tests; printed when absent
# The last line is "N passed, N failed, N skipped".
set -eu
. "$(dirname "$0")/prepare.sh"

lanes="check unit simulation binary chaos bench abuse soak"
seed=
while [ $# -gt 0 ]; do
  case $1 in
    --all) lanes="check unit simulation binary chaos clients deploy model conformance bench abuse soak openapi packaging systemd real" ;;
    --clients) lanes="$lanes clients" ;;
    --conformance) lanes="$lanes conformance" ;;
    --deploy) lanes="$lanes deploy" ;;
    --model) lanes="$lanes model" ;;
    --openapi) lanes="$lanes openapi" ;;
    --packaging) lanes="$lanes packaging" ;;
    --real) lanes="$lanes real" ;;
    --systemd) lanes="$lanes systemd" ;;
    --seed) seed=${2:?--seed needs a number}; shift ;;
    *) die "usage: $0 [--all] [--clients] [--conformance] [--deploy] [--model] [--openapi] [--packaging] [--real] [--systemd] [--seed N]" ;;
  esac
  shift
done
[ -n "$seed" ] || seed=$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')

find_bun
find_redis
build_binary
cd "$ROOT"
SSW_INFER_BINARY=$ROOT/dist/ssw-infer
export SSW_INFER_BINARY

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
passed=0 failed=0 skipped=0

# Each lane prints "N passed, N failed, N skipped" or bun's own summary as its last words.
lane_check() { "$BUN" run scripts/check.ts; }
lane_unit() { "$BUN" test ./src ./bench ./scripts --parallel=3 --seed "$seed" --timeout 60000; }
lane_simulation() { "$BUN" test test/simulation --parallel=2 --seed "$seed" --timeout 120000; }
lane_binary() { "$BUN" test test/e2e test/traps test/differential --parallel=2 --seed "$seed" --timeout 120000; }
lane_chaos() { "$BUN" test test/chaos --seed "$seed" --timeout 120000; } # alone: it judges times
lane_clients() { sh test/clients/run.sh; }
lane_deploy() { sh test/deploy/run.sh; }
lane_model() {
  find_spin
  sh docs/model/run.sh
}
lane_conformance() {
  python3 -c 'import ensurepip, venv' 2>/dev/null || install_packages python3 python3-venv
  "$BUN" test test/conformance --seed "$seed" --timeout 240000
}
lane_bench() { "$BUN" test test/bench --timeout 120000; }
lane_abuse() { # as root: a host that vanishes is a network namespace
  command -v ip >/dev/null || install_packages iproute2
  "$BUN" test test/abuse --timeout 400000
}
lane_soak() { "$BUN" test test/soak --timeout 120000; }
lane_openapi() {
  python3 -c 'import ensurepip, venv' 2>/dev/null || install_packages python3 python3-venv
  sh test/openapi/run.sh --seed "$seed"
}
lane_packaging() { sh test/packaging/run.sh; }
lane_systemd() { sh test/systemd/run.sh; }
lane_real() { sh test/real-vllm/run.sh; }

# Reads a lane's counts from its log; a lane that failed without a count, or counted nothing, is one failure.
count() {
  file=$1 status=$2
  last=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$file" | tail -n 1 || true)
  if [ -n "$last" ]; then
    set -- $(printf '%s' "$last" | tr -cs '0-9' ' ') 0
  else
    set -- "$(sum pass "$file")" "$(sum fail "$file")" "$(sum skip "$file")"
    [ "$1$2$3" != 000 ] || set -- "$(grep -c '^ok ' "$file" || true)" "$(grep -c '^FAIL ' "$file" || true)" 0
  fi
  if [ "$status" != 0 ] && [ "$2" = 0 ]; then set -- "$1" 1 "$3"; fi
  if [ "$1$2" = 00 ]; then set -- 0 1 "$3"; fi
  passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
  say "   $1 passed, $2 failed, $3 skipped"
}
sum() { sed -n "s/^ *\([0-9][0-9]*\) $1\$/\1/p" "$2" | tail -n 1 | grep . || echo 0; }

say "seed $seed"
for lane in $lanes; do
  say "== $lane"
  began=$(date +%s)
  status=0
  "lane_$lane" > "$logs/$lane" 2>&1 || status=$?
  if [ "$status" = 0 ]; then grep -vE '^\(pass\)' "$logs/$lane" | tail -n 25 >&2; else cat "$logs/$lane" >&2; fi
  say "   $(($(date +%s) - began)) s"
  count "$logs/$lane" "$status"
done

printf '%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" = 0 ]
