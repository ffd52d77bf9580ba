# systemctl start, the engines behind it, and a request.

completion() {
  http --no-buffer "$(url /v1/chat/completions)" -H 'content-type: application/json' \
    --data '{"model":"heavy","stream":true,"max_tokens":8,"messages":[{"role":"user","content":"Say something."}]}'
}

streams_an_answer() {
  answer=$(completion)
  echo "$answer"
  echo "$answer" | grep -q '"content":"[^"]' && echo "$answer" | grep -qx 'data: \[DONE\]'
}

engines_know_of_the_manager() {
  main=$(main_pid)
  for pid in $(service_pids); do
    [ "$pid" = "$main" ] || inside_sh "tr '\\0' '\\n' </proc/$pid/environ" | grep -E '^(NOTIFY_SOCKET|WATCHDOG_)' || continue
    [ "$pid" = "$main" ] || return 0
  done
  return 1
}

everything_is_in_the_unit() {
  for pid in $(service_pids); do
    inside grep -q "/$UNIT" "/proc/$pid/cgroup" || {
      inside ps -o pid,args -p "$pid"
      return 1
    }
  done
}

replicas_are_in_their_cgroups() {
  replica_pids | while read -r name pid; do
    for member in $(inside pgrep --session "$pid"); do
      inside grep -E "^0::.*/$UNIT/ssw-infer\.$name\.[^/]+$" "/proc/$member/cgroup" || return 1
    done
  done
}

began=$(journal_cursor)
check 'systemctl start returns at READY' inside systemctl start "$UNIT"
check_equal 'the gateway listens by then' 200 "$(http_status /health)"
check 'STATUS= tells how far the engines are' status_says 'replicas ready'
check '/ready becomes 200' wait_until_ready
check 'STATUS= says so' eventually 10 status_says '4/4 replicas ready'
check 'systemctl status shows it' inside_sh "systemctl status --no-pager $UNIT | grep -q 'Status: .*4/4 replicas ready'"
check 'a completion is streamed to its end' streams_an_answer
check_equal 'it runs as its user' ssw-infer "$(inside ps -o user= -p "$(main_pid)" | tr -d ' ')"
check_equal 'the control socket is for its group' '660 ssw-infer ssw-infer' \
  "$(inside stat -c '%a %U %G' /run/ssw-infer/ctl.sock)"
check 'no child could speak to systemd in its name' refuses engines_know_of_the_manager
check 'every process of it is in the unit' everything_is_in_the_unit
check_equal 'the cgroup is delegated' ssw-infer "$(inside stat -c %U "$(unit_cgroup)/cgroup.procs")"
check_equal 'each replica and Redis has a cgroup of its own' "$GROUPS_OF_THE_UNIT" "$(names_with_cgroup)"
check 'with all its processes' replicas_are_in_their_cgroups
check 'which cgroup.kill can kill' inside runuser -u ssw-infer -- test -w "$(cgroup_of heavy-0)/cgroup.kill"
check_equal 'ssw-infer itself stays in that of the unit' "/$UNIT" \
  "$(inside sed -n 's,^0::.*/,/,p' "/proc/$(main_pid)/cgroup")"
check 'nobody complained in the journal' journal_is_clean "$began"
