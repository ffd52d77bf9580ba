# A booted systemd: systemd-nspawn over the template, with a RAM overlay that takes every write, outlives a reboot, and is
# gone at the end.

machine=ssw-systemd-$$
machine_pid=
leader=
BOOT_TIMEOUT_S=60
POWEROFF_TIMEOUT_S=60
ORDER_TIMEOUT_S=120

machine_requirements() {
  [ "$(id -u)" -eq 0 ] || give_up 'systemd-nspawn needs root'
  missing=
  for pair in debootstrap:debootstrap systemd-nspawn:systemd-container nsenter:util-linux; do
    command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair##*:}"
  done
  [ -n "$missing" ] || return 0
  command -v apt-get >/dev/null 2>&1 || give_up "missing, and there is no apt-get to install it:$missing"
  # shellcheck disable=SC2086 # a list of words
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } \
    >"$scratch/apt.log" 2>&1 || give_up "cannot install$missing: $(tail -n 3 "$scratch/apt.log")"
}

# In a mount namespace of its own, which takes its mounts along. nspawn's --volatile=overlay would be empty after a reboot,
# for which nspawn, where it has no scope of its own, ends with 133.
MACHINE_ROOT='
  mount -t tmpfs tmpfs "$1"
  mkdir "$1/upper" "$1/work" "$1/root"
  mount -t overlay -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work" overlay "$1/root"
  root=$1/root
  shift 2
  status=133
  while [ "$status" = 133 ]; do
    status=0
    systemd-nspawn --directory="$root" "$@" || status=$?
  done
  exit "$status"
'

# With cgroup v2 alone, as distributions have it now, whatever the host has.
machine_boot() {
  port=$(free_port)
  sed "s/^  port: .*/  port: $port/" "$repository/config/replicas.sim.yaml" >"$scratch/replicas.yaml"
  (
    machine_own_cgroup
    export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
    mkdir "$scratch/overlay"
    # shellcheck disable=SC2016,SC2046 # another shell's; options, or nothing
    exec unshare --mount sh -euc "$MACHINE_ROOT" sh "$scratch/overlay" "$template" \
      --quiet --machine="$machine" --register=no $(machine_unit_option) --boot \
      --bind-ro="$repository/scripts:/opt/ssw-infer/scripts" \
      --bind-ro="$repository/systemd:/opt/ssw-infer/systemd" \
      --bind-ro="$repository/packaging:/opt/ssw-infer/packaging" \
      --bind-ro="$binary:/opt/ssw-infer/dist/ssw-infer" \
      --bind-ro="$scratch/replicas.yaml:/opt/ssw-infer/config/replicas.yaml" \
      --bind-ro="$scratch/current:/opt/current" --bind-ro="$scratch/next:/opt/next" --bind-ro="$scratch/debs:/opt/debs" \
      </dev/null >"$scratch/console.log" 2>&1
  ) &
  machine_pid=$!
  eventually "$BOOT_TIMEOUT_S" machine_is_up >/dev/null || give_up "systemd did not boot: $(tail -n 20 "$scratch/console.log")"
  pass "boots $(inside systemctl --version | head -n 1)"
}

# The container shares the host's network. Nobody else takes it between here and its use, or the lane fails and says so.
free_port() {
  candidate=$((20000 + $$ % 10000))
  while grep -qi ":$(printf '%04X' "$candidate") " /proc/net/tcp /proc/net/tcp6; do candidate=$((candidate + 1)); done
  echo "$candidate"
}

# Where the host runs systemd, nspawn asks it for a scope; elsewhere it uses the cgroup it is in.
machine_unit_option() {
  [ -d /run/systemd/system ] || echo --keep-unit
}

machine_hierarchies() {
  [ -d /run/systemd/system ] && return 0
  for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
    if [ -f "$hierarchy/cgroup.procs" ]; then echo "$hierarchy"; fi
  done
}

# Of its own, so that two lanes on one host do not share the container's slices.
machine_own_cgroup() {
  for hierarchy in $(machine_hierarchies); do
    mkdir -p "$hierarchy/$machine"
    sh -c 'echo $PPID' >"$hierarchy/$machine/cgroup.procs"
  done
}

# PID 1 of the container; another one after a reboot.
machine_leader() { first_child_of "$(first_child_of "$machine_pid")"; }

first_child_of() { [ -z "$1" ] || pgrep --parent "$1" | head -n 1; }

machine_is_up_again() { ! kill -0 "$1" 2>/dev/null && machine_is_up; }

machine_is_up() {
  if machine_ended; then return 1; fi
  leader=$(machine_leader)
  [ -n "$leader" ] || return 1
  case $(inside systemctl is-system-running) in
    running | degraded) return 0 ;;
    *) return 1 ;;
  esac
}

# inside COMMAND…: runs it in the container, as its root.
inside() {
  timeout "$ORDER_TIMEOUT_S" nsenter --target "$leader" --mount --pid --uts --ipc -- "$@" </dev/null
}

# inside_as_input COMMAND…: the same, with our standard input.
inside_as_input() {
  timeout "$ORDER_TIMEOUT_S" nsenter --target "$leader" --mount --pid --uts --ipc -- "$@"
}

# inside_sh SCRIPT: the same for a line of shell.
inside_sh() { inside sh -euc "$1"; }

# A zombie has ended too: it waits for nobody but us.
machine_ended() {
  case $(ps -o state= -p "$machine_pid") in
    '' | Z*) return 0 ;;
    *) return 1 ;;
  esac
}

# Ends whatever is left: PID 1 of the namespace takes every process of it along.
machine_destroy() {
  [ -n "$machine_pid" ] || return 0
  if ! machine_ended; then
    [ -z "$leader" ] || kill -s KILL "$leader" 2>/dev/null || :
    eventually 5 machine_ended >/dev/null || kill -s KILL "$(first_child_of "$machine_pid")" "$machine_pid" 2>/dev/null || :
  fi
  wait "$machine_pid" 2>/dev/null || :
  for hierarchy in $(machine_hierarchies); do
    find "$hierarchy/$machine" -depth -type d -exec rmdir {} + 2>/dev/null || :
  done
  rm -rf "/run/systemd/nspawn/propagate/$machine"
}
