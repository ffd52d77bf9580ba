# The installed service as an operator meets it.

UNIT=ssw-infer.service
READY_TIMEOUT_S=90
GROUPS_OF_THE_UNIT='heavy-0 heavy-1 light-0 light-1 redis '
SETTINGS=/etc/ssw-infer/replicas.yaml

show() { inside systemctl show "$UNIT" --property="$1" --value; }

main_pid() { show MainPID; }

http() { inside curl --silent --show-error --max-time 30 "$@"; }

url() { echo "http://127.0.0.1:$port$1"; }

http_status() { http --output /dev/null --write-out '%{http_code}' "$(url "$1")"; }

answers() { [ "$(http_status "$1")" = "$2" ]; }

all_ready() { answers /ready 200; }

wait_until_ready() { eventually "$READY_TIMEOUT_S" all_ready; }

status_says() { show StatusText | grep -q "$1"; }

# replica_pids: one `name pid` a line, sorted.
replica_pids() {
  inside runuser -u ssw-infer -- ssw-infer status --json | inside_jq '.replicas[] | "\(.name) \(.pid)"' | sort
}

inside_jq() { inside_as_input jq --raw-output "$1"; }

unit_cgroup() { echo "/sys/fs/cgroup$(show ControlGroup)"; }

# cgroup_of NAME: the directory of what runs under that name.
cgroup_of() { inside_sh "ls -d $(unit_cgroup)/ssw-infer.$1.*"; }

# Names of what has a cgroup of its own in the unit: once for each cgroup.
names_with_cgroup() {
  inside_sh "cd $(unit_cgroup) && ls -d ssw-infer.*" | sed 's/^ssw-infer\.//; s/\.[^.]*$//' | sort | tr '\n' ' '
}

# Every process of the service: all run as its user, whatever session or group they are in.
service_pids() { inside_sh 'pgrep -u ssw-infer || :'; }

no_process_left() { [ -z "$(service_pids)" ]; }

none_alive() {
  for pid in $1; do
    if inside kill -0 "$pid" 2>/dev/null; then
      echo "still there: $(inside ps -o pid,args -p "$pid" | tail -n 1)"
      return 1
    fi
  done
}

is_another_main() {
  now=$(main_pid)
  [ "$now" != 0 ] && [ "$now" != "$1" ]
}

journal_cursor() { inside journalctl --unit "$UNIT" --lines 0 --show-cursor | sed -n 's/^-- cursor: //p'; }

journal_since() { inside journalctl --unit "$UNIT" --after-cursor "$1" --output cat; }

# journal_tells CURSOR PATTERN
journal_tells() {
  entries=$(journal_since "$1")
  printf '%s\n' "$entries"
  printf '%s\n' "$entries" | grep -qE "$2"
}

# Warnings and worse since a cursor: by priority (systemd's own words) and by the level in our JSON lines (40 and up).
complaints_since() {
  inside journalctl --unit "$UNIT" --after-cursor "$1" --priority warning --output cat
  journal_since "$1" | grep -E '"level":([4-9][0-9]|"(warn|error|fatal)")' || :
}

# journal_is_clean CURSOR [PATTERN]: nobody complained, but for what the step itself caused.
journal_is_clean() {
  complaints=$(complaints_since "$1" | grep -vE "${2:-^$}" || :)
  [ -z "$complaints" ] || {
    printf '%s\n' "$complaints"
    return 1
  }
}
