# shellcheck shell=sh disable=SC2034,SC2154
# What is to be done, and within which bounds. Sourced by field-acceptance.sh.

ALL_STEPS='start traffic crash hang swap burst stop'

usage() {
  cat <<'USAGE'
usage: field-acceptance.sh [options]
  Starts a node of its own on this host's cards and puts it through: start, traffic, crash (kill -9 of an engine), hang
  (SIGSTOP of an engine's core), swap (to another model and back), burst, stop. Prints a table, each measured value
  beside its bound, and leaves it with a JSON of the same in the output directory. Exits 0 if all passed.
  Needs curl, redis-server, nvidia-smi, vLLM installed (scripts/install-vllm.sh), cards that nothing else uses:
  systemctl stop ssw-infer first. Takes the time of some eight starts of an engine, and ten minutes.

  --config FILE        what to run (default: /etc/ssw-infer/replicas.yaml, else config/replicas.yaml of this checkout)
  --binary FILE        the program (default: dist/ssw-infer of this checkout, else ssw-infer on PATH)
  --out DIR            where the results go (default: here)
  --signed-by NAME     who answers for it, in the table
  --steps 'A B'        only these, in this order; start comes first. The table says that it is not the whole
  --cards N            cards there must be (default: 2)
  --swap-to MODEL      what the first pool is swapped to (default: the last pool's model, from its directory on this disk)
  --start-limit-s N    within which all replicas are ready (default: 1800)
  --simulated          simulated engines, no card: shows that this script works, and nothing about a host
$SSW_API_KEY: an API key, where the config asks for one.
USAGE
}

die_of_usage() {
  say "field-acceptance.sh: $*"
  usage >&2
  exit 64
}

parse() {
  simulated=no config='' binary='' out=. signed_by='' steps=$ALL_STEPS cards=2 swap_to='' start_limit_s=''
  while [ $# -gt 0 ]; do
    case $1 in
      --config | --binary | --out | --signed-by | --steps | --cards | --swap-to | --start-limit-s)
        [ $# -ge 2 ] || die_of_usage "$1 needs a value"
        take "$1" "$2"
        shift
        ;;
      --simulated) simulated=yes ;;
      -h | --help)
        usage
        exit 0
        ;;
      *) die_of_usage "unknown option: $1" ;;
    esac
    shift
  done
  for step in $steps; do
    case " $ALL_STEPS " in *" $step "*) ;; *) die_of_usage "unknown step: $step" ;; esac
  done
  case $steps in start*) ;; *) die_of_usage "--steps begins with start" ;; esac
  set_bounds
}

take() {
  case $1 in
    --config) config=$2 ;;
    --binary) binary=$2 ;;
    --out) out=$2 ;;
    --signed-by) signed_by=$2 ;;
    --steps) steps=$2 ;;
    --cards) cards=$2 ;;
    --swap-to) swap_to=$2 ;;
    --start-limit-s) start_limit_s=$2 ;;
  esac
}

# The bounds of a host with cards are promises of the default config; those of simulated engines are this script's own.
set_bounds() {
  if [ "$simulated" = yes ]; then
    : "${start_limit_s:=60}"
    workers=4 traffic_s=4 burst_size=40 ttft_limit_ms=5000 crash_notice_ms=10000 hang_notice_ms=20000 drain_s=60 swap_limit_s=90
  else
    : "${start_limit_s:=1800}"
    workers=32 traffic_s=120 burst_size=400 ttft_limit_ms=10000 crash_notice_ms=5000 hang_notice_ms=60000 drain_s=300
    swap_limit_s=$((start_limit_s * 2))
  fi
}
