# Sourced by quickstart.sh and test.sh: finds or fetches what building and running needs.
# Sets ROOT, BUN and CACHE. POSIX sh. A script elsewhere says in SCRIPTS where this folder is.

ROOT=$(cd "${SCRIPTS:-$(dirname "$0")}/.." && pwd)
CACHE=${XDG_CACHE_HOME:-${HOME:?HOME is not set}/.cache}/ssw-infer
# Installed from a package there is no package.json, and nothing to build.
BUN_VERSION=$(sed -n 's/.*"packageManager": "bun@\([0-9.]*\)".*/\1/p' "$ROOT/package.json" 2>/dev/null || :)

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# Tries a command three times: downloads fail now and then.
retry() {
  "$@" && return 0
  sleep 2
  "$@" && return 0
  sleep 5
  "$@"
}

# Bun of the pinned version: from PATH, else the npm package, kept outside the checkout.
find_bun() {
  if [ "$(bun --version 2>/dev/null)" = "$BUN_VERSION" ]; then
    BUN=$(command -v bun)
    return
  fi
  BUN=$CACHE/bun-$BUN_VERSION/node_modules/bun/bin/bun.exe
  if [ "$("$BUN" --version 2>/dev/null)" != "$BUN_VERSION" ]; then
    command -v npm >/dev/null 2>&1 || die "missing: bun $BUN_VERSION, and npm to fetch it with. Install either."
    say "fetching bun $BUN_VERSION through npm into $CACHE/bun-$BUN_VERSION"
    install_bun "$CACHE/bun-$BUN_VERSION" || die "npm could not install bun@$BUN_VERSION; try again, or put bun $BUN_VERSION on PATH"
  fi
  PATH=$(dirname "$BUN"):$PATH
  export PATH
}

# A package.json of its own keeps npm from climbing to a parent's; no --prefix, which would hide npm's global settings.
install_bun() {
  mkdir -p "$1"
  printf '{"private":true}\n' > "$1/package.json"
  (cd "$1" && retry npm install --silent --no-audit --no-fund "bun@$BUN_VERSION" >&2) || return 1
  "$BUN" --version >/dev/null 2>&1 && return
  # The package's install script places the binary; npm may be set up not to run such scripts.
  (cd "$1/node_modules/bun" && node install.js >&2)
}

# Installs Debian or Fedora packages, saying so; needs root.
install_packages() {
  [ "$(id -u)" = 0 ] || die "missing: $*. Install it as root, for example: apt-get install $*"
  if command -v apt-get >/dev/null 2>&1; then
    say "installing from the distribution: $*"
    retry apt-get update -qq >&2 || say "apt-get update failed; trying with the lists at hand"
    DEBIAN_FRONTEND=noninteractive retry apt-get install -y -qq "$@" >/dev/null || die "apt-get could not install: $*"
  elif command -v dnf >/dev/null 2>&1; then
    say "installing from the distribution: $*"
    retry dnf install -y -q "$@" >&2 || die "dnf could not install: $*"
  else
    die "missing: $*, and neither apt-get nor dnf to install it with"
  fi
}

find_redis() {
  command -v redis-server >/dev/null 2>&1 && return
  # Debian's package starts a server of its own on port 6379; ours listens on a unix socket, so both may run.
  if command -v dnf >/dev/null 2>&1; then install_packages redis; else install_packages redis-server; fi
}

find_spin() {
  command -v spin >/dev/null 2>&1 || install_packages spin
  command -v cc >/dev/null 2>&1 || install_packages gcc
}

build_binary() {
  (cd "$ROOT" && retry "$BUN" install --frozen-lockfile --silent >&2) || die "bun install failed"
  (cd "$ROOT" && "$BUN" run scripts/build.ts >/dev/null) || die "the build failed"
}
