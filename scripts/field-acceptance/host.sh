# shellcheck shell=sh disable=SC2034,SC2154
# The host: what it must have, and what it is. Sourced by field-acceptance.sh.

have() { command -v "$1" >/dev/null 2>&1; }

host_requirements() {
  have curl || die 'missing: curl'
  have redis-server || have valkey-server || die 'missing: redis-server'
  if [ -z "$binary" ]; then
    binary=$ROOT/dist/ssw-infer
    [ -x "$binary" ] || binary=$(command -v ssw-infer) || die "no program: bun run build, or --binary FILE"
  fi
  "$binary" version >/dev/null || die "$binary does not run here"
  [ "$simulated" = yes ] || card_requirements
}

card_requirements() {
  # Compile caches that root has written the service could not write again.
  if [ "$(id -u)" = 0 ] && id -u ssw-infer >/dev/null 2>&1; then
    die "run it as the service's user: sudo -u ssw-infer $0 --out /tmp …"
  fi
  have nvidia-smi || die 'missing: nvidia-smi, that is, the driver of the cards'
  found=$(nvidia-smi -L | grep -c '^GPU ') || die 'nvidia-smi lists no card'
  [ "$found" -ge "$cards" ] || die "$found cards, $cards are needed (--cards)"
  busy=$(nvidia-smi --query-compute-apps=pid,name --format=csv,noheader) || die 'nvidia-smi does not answer'
  [ -z "$busy" ] || die "the cards are in use (systemctl stop ssw-infer?): $busy"
  if [ -z "$config" ]; then
    config=/etc/ssw-infer/replicas.yaml
    [ -r "$config" ] || config=$ROOT/config/replicas.yaml
  fi
  [ -r "$config" ] || die "cannot read $config"
  ! grep -qE '^(paths|control):' "$config" || die "$config has paths: or control: of its own; give a copy without them"
}

# Used memory of each card in MiB, one a line.
card_memory() { nvidia-smi --query-gpu=memory.used --format=csv,noheader,nounits; }

host_describe() {
  fact date "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
  fact host "$(uname -n), $(uname -sr), $(nproc) cores, $(awk '/^MemTotal/ { printf "%d GiB", $2 / 1048576 }' /proc/meminfo)"
  fact program "$("$binary" version | tr '\n' ' ' | tr -s ' ')"
  if [ "$simulated" = yes ]; then
    fact cards 'none: SIMULATED ENGINES'
  else
    nvidia-smi --query-gpu=index,name,memory.total,pci.bus_id --format=csv,noheader | while read -r card; do fact "card ${card%%,*}" "${card#*, }"; done
    fact driver "$(nvidia-smi --query-gpu=driver_version --format=csv,noheader | head -n 1)"
    fact engine "$(vllm_version)"
    card_memory > "$work/memory-before"
  fi
  fact redis "$( (redis-server --version || valkey-server --version) 2>/dev/null | cut -d ' ' -f 1-3)"
  fact config "${config:-simulated}, sha256 $(sha256sum "$work/replicas.yaml" | cut -c1-16)"
}

# Without starting Python, which takes seconds.
vllm_version() {
  for info in "$work"/state/venv/lib/python*/site-packages/vllm-*.dist-info; do
    [ -d "$info" ] && basename "$info" .dist-info && return
  done
  echo "not in $installed_state/venv; engine.executable of the config"
}
