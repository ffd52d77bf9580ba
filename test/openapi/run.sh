#!/bin/sh
# The OpenAPI lane: Schemathesis asks the compiled binary, on simulated engines, whatever docs/openapi.json allows and
# forbids; then requests that no document describes, byte by byte.
# usage: sh test/openapi/run.sh [--full] [--seed N]
#
#   --full            minutes instead of seconds
#   --seed N          of both; printed when absent
#   SSW_INFER_BINARY  the program under test (default: dist/ssw-infer)
#
# Installs Schemathesis into ${XDG_CACHE_HOME:-~/.cache}/ssw-infer/schemathesis, once. The last line is
# `N passed, N failed, N skipped`; it exits 1 if one failed or nothing ran.
set -eu

lane=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
repository=$(CDPATH='' cd -- "$lane/../.." && pwd)
. "$repository/test/support/junit-summary.sh"
venv=${XDG_CACHE_HOME:-${HOME:?HOME is not set}/.cache}/ssw-infer/schemathesis
binary=${SSW_INFER_BINARY:-$repository/dist/ssw-infer}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/ssw-openapi.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
seed=

say() { printf '%s\n' "$*"; }

give_up() {
  say "FAIL $*"
  say '0 passed, 1 failed, 0 skipped'
  exit 1
}

# Downloads fail now and then.
retry() {
  "$@" && return 0
  sleep 2
  "$@" && return 0
  sleep 5
  "$@"
}

while [ $# -gt 0 ]; do
  case $1 in
    --full) SSW_OPENAPI=full ;;
    --seed) seed=${2:?--seed needs a number}; shift ;;
    *) give_up "usage: $0 [--full] [--seed N]" ;;
  esac
  shift
done

check_needs() {
  for program in bun python3 redis-server; do
    command -v "$program" >/dev/null || give_up "missing: $program"
  done
  python3 -c 'import ensurepip, venv' 2>/dev/null || give_up 'missing: venv for Python (Debian: apt-get install python3-venv)'
  [ -x "$binary" ] || give_up "no program at $binary: build it with \`bun run build\`, or name one in SSW_INFER_BINARY"
}

install_schemathesis() {
  cmp -s "$lane/requirements.lock" "$venv/installed.lock" && return 0
  python3 -m venv --clear "$venv" || give_up "no virtual environment could be made in $venv"
  retry "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --requirement "$lane/requirements.lock" ||
    give_up 'Schemathesis could not be installed'
  cp "$lane/requirements.lock" "$venv/installed.lock"
}

began=$(date +%s)
[ -n "$seed" ] || seed=$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')
check_needs
install_schemathesis
say "install: $(($(date +%s) - began)) s; $("$venv/bin/schemathesis" --version); seed $seed"
export SSW_INFER_BINARY="$binary" SSW_OPENAPI="${SSW_OPENAPI:-smoke}" SSW_OPENAPI_SEED="$seed" TMPDIR="$scratch"
export SSW_SCHEMATHESIS="$venv/bin/schemathesis"
cd "$repository"
status=0
bun test test/openapi test/fuzz --timeout 1200000 --reporter junit --reporter-outfile "$scratch/junit.xml" 2>&1 || status=$?
summarise
