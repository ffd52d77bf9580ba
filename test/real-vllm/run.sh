#!/bin/sh
# The real-vLLM lane: four real vLLM servers on the CPU, under the compiled binary, driven by the clients that users have.
# usage: sh test/real-vllm/run.sh
#
#   SSW_INFER_BINARY  the program under test (default: dist/ssw-infer)
#
# Installs the CPU build of vLLM and the clients into ${XDG_CACHE_HOME:-~/.cache}/ssw-infer, once; 4 GB there, 11 GB
# of memory while it runs. Its last line is `N passed, N failed, N skipped`; it exits 1 if one failed or nothing ran.
set -eu

lane=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
repository=$(CDPATH='' cd -- "$lane/../.." && pwd)
. "$repository/test/support/junit-summary.sh"
cache=${XDG_CACHE_HOME:-${HOME:?HOME is not set}/.cache}/ssw-infer
binary=${SSW_INFER_BINARY:-$repository/dist/ssw-infer}
clients=$cache/clients
scratch=$(mktemp -d "${TMPDIR:-/tmp}/ssw-real.XXXXXX")
tests=
NODE_STOP_LIMIT_S=30

say() { printf '%s\n' "$*"; }

give_up() {
  say "FAIL $*"
  say '0 passed, 1 failed, 0 skipped'
  exit 1
}

# Ends what is left, by process id: the tests end what they started themselves, unless they were killed.
clean_up() {
  trap - EXIT INT TERM
  if [ -n "$tests" ] && kill -0 "$tests" 2>/dev/null; then kill -TERM "$tests"; wait "$tests" || true; fi
  node=$(cat "$scratch/node.pid" 2>/dev/null || true)
  if [ -n "$node" ] && grep -qs ssw-infer "/proc/$node/cmdline"; then
    kill -TERM "$node"
    timeout "$NODE_STOP_LIMIT_S" tail --pid="$node" -f /dev/null || kill -KILL "$node"
  fi
  rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

check_needs() {
  for program in bun redis-server; do
    command -v "$program" >/dev/null || give_up "missing: $program"
  done
  [ -x "$binary" ] || give_up "no program at $binary: build it with \`bun run build\`, or name one in SSW_INFER_BINARY"
}

install_vllm() {
  sh "$repository/scripts/install-vllm.sh" --cpu --venv "$cache/venv-cpu" --cache "$cache" ||
    give_up 'the CPU build of vLLM could not be installed'
}

install_clients() {
  sh "$repository/test/clients/install.sh" "$clients" || give_up 'the clients could not be installed'
}

tell_versions() {
  say "$("$binary" version)"
  say "vllm $("$cache/venv-cpu/bin/vllm" --version 2>/dev/null | tail -n 1), torch $(installed_version "$cache/venv-cpu" torch)"
  say "clients: see docs/clients.md; bun $(bun --version)"
  say "$(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(($(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo) / 1048576)) GiB"
}

installed_version() {
  "$1/bin/python" -c 'import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))' "$2"
}

run_tests() {
  export SSW_INFER_BINARY="$binary" SSW_REAL_VENV="$cache/venv-cpu" SSW_REAL_MODELS="$cache/tiny-models"
  export SSW_CLIENTS="$clients" SSW_REAL_PID_FILE="$scratch/node.pid"
  export TMPDIR="$scratch"
  cd "$repository"
  bun --config="$lane/bunfig.toml" test "$lane" --timeout 900000 --reporter junit --reporter-outfile "$scratch/junit.xml" 2>&1 &
  tests=$!
  status=0
  wait "$tests" || status=$?
  tests=
}

began=$(date +%s)
check_needs
install_vllm
install_clients
say "install: $(($(date +%s) - began)) s"
tell_versions
run_tests
summarise
