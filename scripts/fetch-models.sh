#!/bin/sh
# Fetches and verifies the models of a config; `fetch-models.sh --help` says how. Safe to run again.
set -eu
. "$(dirname "$0")/prepare.sh"

usage() {
  cat <<'USAGE'
usage: fetch-models.sh [options]             fetches what is missing, then verifies all
       fetch-models.sh --verify [options]    verifies what is there; no network

  --config FILE   whose pools name the models and their revisions (default: /etc/ssw-infer/replicas.yaml if it is
                  there, else config/replicas.yaml of this checkout)
  --cache DIR     models are in DIR/huggingface (default: /var/cache/ssw-infer; for an ordinary user
                  ${XDG_CACHE_HOME:-~/.cache}/ssw-infer)
  --lock FILE     checksums of every file of every model (default: models.lock beside the config)
  --hub URL       a mirror of the Hugging Face hub
  --from DIR      models come from DIR/huggingface, copied from a host with network; no network is used
  --python FILE   a Python with huggingface_hub and PyYAML (default: that of vLLM's virtual environment)

A pool's revision must be what arrives. The first time its files are written into the lock, each with its SHA-256; from then
on they must be those, on every host that has the lock. To take other files on purpose, remove their lines.
Exit codes: 0; 1 could not be fetched, or is not what the lock says; 64 usage.
USAGE
}

die_of_usage() {
  say "fetch-models.sh: $*"
  usage >&2
  exit 64
}

set_defaults() {
  state=${XDG_STATE_HOME:-$HOME/.local/state}/ssw-infer cache=$CACHE
  if [ "$(id -u)" = 0 ]; then state=/var/lib/ssw-infer cache=/var/cache/ssw-infer; fi
  python=$state/venv/bin/python lock='' hub='' from='' verify=no
  config=/etc/ssw-infer/replicas.yaml
  [ -f "$config" ] || config=$ROOT/config/replicas.yaml
}

parse() {
  while [ $# -gt 0 ]; do
    case $1 in
      --config | --cache | --lock | --hub | --from | --python)
        [ $# -ge 2 ] || die_of_usage "$1 needs a value"
        case $1 in
          --config) config=$2 ;;
          --cache) cache=$2 ;;
          --lock) lock=$2 ;;
          --hub) hub=$2 ;;
          --from) from=$2 ;;
          --python) python=$2 ;;
        esac
        shift
        ;;
      --verify) verify=yes ;;
      -h | --help)
        usage
        exit 0
        ;;
      *) die_of_usage "unknown option: $1" ;;
    esac
    shift
  done
  [ -f "$config" ] || die_of_usage "no config at $config"
  [ -x "$python" ] || die_of_usage "no Python at $python: install-vllm.sh makes it, or name one with --python"
}

main() {
  set_defaults
  parse "$@"
  export HF_HOME="$cache/huggingface" HF_HUB_DISABLE_TELEMETRY=1 PYTHONDONTWRITEBYTECODE=1
  mkdir -p "$HF_HOME"
  if [ -n "$hub" ]; then export HF_ENDPOINT="${hub%/}"; fi
  if [ "$verify" = yes ] || [ -n "$from" ]; then export HF_HUB_OFFLINE=1; fi
  "$python" "$ROOT/scripts/models/fetch_models.py" "$config" "${lock:-$(dirname "$config")/models.lock}" ${from:+"$from"}
  chmod -R a+rX "$HF_HOME"
}

main "$@"
