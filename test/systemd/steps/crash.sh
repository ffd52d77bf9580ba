# kill -9 of an engine, then of the main process.

replica_is_another() { [ "$(replica_pids | sed -n "s/^$1 //p")" != "$2" ]; }

if has_cgroup_v2; then
  cgroup=$(cgroup_of heavy-0)
  escaped=$(inside_sh "echo \$\$ >$cgroup/cgroup.procs; setsid sleep 600 >/dev/null & echo \$!")
  engine=$(replica_pids | sed -n 's/^heavy-0 //p')
  inside kill -s KILL "$engine"
  check 'an engine comes back after kill -9' eventually 30 replica_is_another heavy-0 "$engine"
  check 'all replicas are ready again' wait_until_ready
  check 'what had left its session was killed with it' none_alive "$escaped"
  check 'its cgroup is gone' inside test ! -e "$cgroup"
else
  skip 'an engine that leaves its session dies with it' 'the container got no cgroup v2'
fi

main_before=$(main_pid)
everybody=$(service_pids)
restarts=$(show NRestarts)
began=$(journal_cursor)
inside kill -s KILL "$main_before"
check 'after kill -9 systemd starts it again' eventually 30 is_another_main "$main_before"
check 'no process of its former life is left' none_alive "$everybody"
check 'all replicas are ready again' wait_until_ready
! has_cgroup_v2 || check_equal 'no cgroup of its former life is left' "$GROUPS_OF_THE_UNIT" "$(names_with_cgroup)"
check_equal 'in one restart' $((restarts + 1)) "$(show NRestarts)"
check 'nobody complained in the journal, but of the kill' journal_is_clean "$began" \
  'Main process exited, code=killed, status=9/KILL|Failed with result .signal.'
