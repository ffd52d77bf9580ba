#!/bin/sh
# Field acceptance: one command on a GPU host, one signed-off table; `field-acceptance.sh --help` says how. POSIX sh.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
ROOT=$(dirname "$here")
. "$here/field-acceptance/options.sh"
. "$here/field-acceptance/report.sh"
. "$here/field-acceptance/host.sh"
. "$here/field-acceptance/node.sh"
. "$here/field-acceptance/traffic.sh"
. "$here/field-acceptance/steps.sh"

say() { printf '%s\n' "$*" >&2; }
die() { say "field-acceptance.sh: $*"; exit 1; }

finish() {
  trap - EXIT INT TERM
  traffic_abandon
  node_end
  [ "$kept" = yes ] || rm -rf "$work"
}

parse "$@"
work=$(mktemp -d "${TMPDIR:-/tmp}/ssw-field.XXXXXX")
kept=no can_go_on=yes
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

host_requirements
write_config
# shellcheck disable=SC2154
case $steps in *swap*) choose_swap ;; esac
host_describe
for step in $steps; do
  [ "$can_go_on" = yes ] || break
  say "== $step"
  "step_$step"
done
report_write
say "$(report_verdict)"
if report_passed; then exit 0; fi
kept=yes
say "what the node said: $work/log"
exit 1
