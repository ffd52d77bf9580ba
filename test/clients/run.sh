#!/bin/sh
# The lane of real clients: the SDKs that users have, against the compiled binary on simulated engines.
# usage: sh test/clients/run.sh
#
#   SSW_INFER_BINARY  the program under test (default: dist/ssw-infer)
#
# Installs the clients into ${XDG_CACHE_HOME:-~/.cache}/ssw-infer/clients, once. Its last line is
# `N passed, N failed, N skipped`; it exits 1 if one failed or nothing ran.
set -eu

lane=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
repository=$(CDPATH='' cd -- "$lane/../.." && pwd)
. "$repository/test/support/junit-summary.sh"
clients=${XDG_CACHE_HOME:-${HOME:?HOME is not set}/.cache}/ssw-infer/clients
scratch=$(mktemp -d "${TMPDIR:-/tmp}/ssw-clients.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

began=$(date +%s)
sh "$lane/install.sh" "$clients" || { echo '0 passed, 1 failed, 0 skipped'; exit 1; }
echo "install: $(($(date +%s) - began)) s"
export SSW_CLIENTS="$clients" SSW_INFER_BINARY="${SSW_INFER_BINARY:-$repository/dist/ssw-infer}"
cd "$repository"
status=0
bun --config="$lane/bunfig.toml" test ./test/clients/clients.test.ts --timeout 120000 \
  --reporter junit --reporter-outfile "$scratch/junit.xml" 2>&1 || status=$?
summarise
