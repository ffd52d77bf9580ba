#!/bin/sh
# The packaging lane: what `bun run release` makes, twice and compared; the package by lintian, the bill of materials by its
# official schema; install-vllm.sh from a mirror, a folder and without network; models against their lock.
#
#   SSW_INFER_BINARY is not used: the lane builds its own, from this checkout as it is.
#
# Needs Debian with root (lintian), Python with venv, Git. One line a check, then `N passed, N failed, 0 skipped`.
set -eu

lane=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
repository=$(CDPATH='' cd -- "$lane/../.." && pwd)
scratch=$(mktemp -d "${TMPDIR:-/tmp}/ssw-packaging.XXXXXX")
venv=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/ssw-infer/packaging
server=

. "$repository/test/systemd/lib/report.sh"

# shellcheck disable=SC2317 # the trap calls it
clean_up() {
  trap - EXIT INT TERM
  [ -z "$server" ] || kill "$server" 2>/dev/null || :
  rm -rf "$scratch"
  [ "$summed_up" = yes ] || give_up 'it ended before its time'
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

need() {
  for program in bun git dpkg-deb python3; do command -v "$program" >/dev/null || give_up "missing: $program"; done
  if ! command -v lintian >/dev/null; then
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends lintian; } \
      >"$scratch/apt.log" 2>&1 || give_up "cannot install lintian: $(tail -n 3 "$scratch/apt.log")"
  fi
  cmp -s "$lane/requirements.lock" "$venv/installed.lock" && return 0
  python3 -m venv --clear "$venv" || give_up "no virtual environment could be made in $venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes --requirement "$lane/requirements.lock" ||
    give_up 'the packages of the lane could not be installed'
  cp "$lane/requirements.lock" "$venv/installed.lock"
}

# serve COMMAND…: a server of the lane; its port is in $scratch/port.
serve() {
  rm -f "$scratch/port"
  "$@" >"$scratch/server.log" 2>&1 &
  server=$!
  eventually 10 test -s "$scratch/port" || give_up "no server: $(cat "$scratch/server.log")"
}

stop_serving() {
  kill "$server"
  wait "$server" 2>/dev/null || :
  server=
}

need
for step in release vllm models; do
  report_step "$step"
  . "$lane/steps/$step.sh"
done
report_summary
