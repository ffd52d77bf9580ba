#!/bin/sh
# The systemd lane: boots a real systemd in a container and lives a service's life in it, from the package to power-off.
#
#   SSW_INFER_BINARY  the program to install (default: dist/ssw-infer)
#   SSW_DEBIAN_MIRROR where the container's packages come from (default: debootstrap's own)
#
# Needs root. One line a check, then `N passed, N failed, 0 skipped`; exits 1 if one failed or nothing could be checked.
set -eu

lane=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
repository=$(CDPATH='' cd -- "$lane/../.." && pwd)
binary=${SSW_INFER_BINARY:-$repository/dist/ssw-infer}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/ssw-systemd.XXXXXX")

. "$lane/lib/report.sh"
. "$lane/lib/template.sh"
. "$lane/lib/package.sh"
. "$lane/lib/machine.sh"
. "$lane/lib/service.sh"

# The clients' streams while the swap step runs; a lane that ends there ends them too.
streams_pid=

# shellcheck disable=SC2317 # the trap calls it
clean_up() {
  trap - EXIT INT TERM
  [ -z "$streams_pid" ] || kill -s KILL "$streams_pid" 2>/dev/null || :
  machine_destroy
  rm -rf "$scratch"
  [ "$summed_up" = yes ] || give_up 'it ended before its time'
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

[ -x "$binary" ] || give_up "no program at $binary: build it with \`bun run build\`, or name one in SSW_INFER_BINARY"

. "$lane/steps/staging.sh"

machine_requirements
template_prepare
packages_build
machine_boot

for step in script install refusal start reload drift swap crash watchdog upgrade reboot stop poweroff; do
  report_step "$step"
  . "$lane/steps/$step.sh"
done

report_summary
