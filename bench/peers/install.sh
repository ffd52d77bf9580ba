#!/bin/sh
# Installs the peers that packages bring: bench/peers/install.sh [NAME …]; all without a name. Safe to run again.
# nginx and haproxy come from the distribution (root), the others go into ${XDG_CACHE_HOME:-~/.cache}/ssw-infer/peers.
# Ends with 1 if one could not be installed, after all were tried. $PYTHON names the interpreter (3.11 to 3.13).
set -eu
SCRIPTS=$(cd "$(dirname "$0")/../../scripts" && pwd)
. "$SCRIPTS/prepare.sh"

SMG_VERSION=1.13.0
VLLM_ROUTER_VERSION=0.1.17
SGLANG_ROUTER_VERSION=0.3.2
LITELLM_VERSION=1.106.2
PORTKEY_VERSION=1.15.2

PEERS="nginx haproxy smg vllm-router sglang-router litellm portkey"
ROOM=$CACHE/peers
: "${PYTHON:=python3}"

install_peer() {
  case $1 in
    nginx) from_distribution nginx nginx-light nginx ;;
    haproxy) from_distribution haproxy haproxy haproxy ;;
    smg) from_pypi smg "$SMG_VERSION" ;;
    vllm-router) from_pypi vllm-router "$VLLM_ROUTER_VERSION" ;;
    sglang-router) from_pypi sglang-router "$SGLANG_ROUTER_VERSION" ;;
    litellm) from_pypi litellm "$LITELLM_VERSION" '[proxy]' ;;
    portkey) from_npm portkey @portkey-ai/gateway "$PORTKEY_VERSION" ;;
    *)
      say "install.sh: no peer $1; known: $PEERS"
      exit 64
      ;;
  esac
}

# from_distribution PROGRAM DEBIAN_PACKAGE FEDORA_PACKAGE
from_distribution() {
  PATH=$PATH:/usr/sbin command -v "$1" >/dev/null && return 0
  package=$3
  if command -v apt-get >/dev/null 2>&1; then package=$2; fi
  install_packages "$package"
}

# from_pypi NAME VERSION [EXTRAS]: a virtual environment for it alone, of wheels alone.
from_pypi() {
  venv=$ROOM/$1
  python_has "$venv" "$1" "$2" && return 0
  "$PYTHON" -m venv --clear "$venv" &&
    retry "$venv/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: "$1${3:-}==$2" &&
    python_has "$venv" "$1" "$2"
}

python_has() {
  "$1/bin/python" -c 'import importlib.metadata as m, sys; sys.exit(m.version(sys.argv[1]) != sys.argv[2])' "$2" "$3" 2>/dev/null
}

# from_npm NAME PACKAGE VERSION
from_npm() {
  grep -qs "\"version\": \"$3\"" "$ROOM/$1/node_modules/$2/package.json" && return 0
  find_bun
  mkdir -p "$ROOM/$1"
  printf '{"private":true}\n' >"$ROOM/$1/package.json"
  (cd "$ROOM/$1" && retry "$BUN" add --exact --ignore-scripts --silent "$2@$3" >&2)
}

mkdir -p "$ROOM"
failed=
[ $# -gt 0 ] || set -- $PEERS
for peer in "$@"; do
  status=0
  (install_peer "$peer") || status=$?
  [ "$status" != 64 ] || exit 64
  if [ "$status" = 0 ]; then say "$peer is installed"; else failed="$failed $peer" && say "$peer could not be installed"; fi
done
[ -z "$failed" ] || die "not installed:$failed; a run goes on without them and says so"
