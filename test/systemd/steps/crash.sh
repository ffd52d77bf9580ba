# kill -9 of an engine, then of the main process.

replica_is_another() { [ "$(replica_pids | sed -n "s/^$1 //p")" != "$2" ]; }

cgroup=$(cgroup_of heavy-0)
escaped=$(inside_sh "echo \$\$ >$cgroup/cgroup.procs; setsid sleep 600 >/dev/null & echo \$!")
engine=$(replica_pids | sed -n 's/^heavy-0 //p')
inside kill -s KILL "$engine"
check 'an engine comes back after kill -9' eventually 30 replica_is_another heavy-0 "$engine"
check 'and all four are ready' eventually "$READY_TIMEOUT_S" status_says '4/4 replicas ready'
check 'what had left its session was killed with it' none_alive "$escaped"
check 'its cgroup is gone' inside test ! -e "$cgroup"

main_before=$(main_pid)
everybody=$(service_pids)
restarts=$(show NRestarts)
began=$(journal_cursor)
inside kill -s KILL "$main_before"
check 'after kill -9 systemd starts it again' eventually 30 is_another_main "$main_before"
check 'no process of its former life is left' none_alive "$everybody"
check 'all replicas are ready again' wait_until_ready
check 'all four' eventually "$READY_TIMEOUT_S" status_says '4/4 replicas ready'
check_equal 'in new cgroups, with none of its former life left' "$GROUPS_OF_THE_UNIT" "$(names_with_cgroup)"
check_equal 'in one restart' $((restarts + 1)) "$(show NRestarts)"
check 'nobody complained in the journal, but of the kill' journal_is_clean "$began" \
  'Main process exited, code=killed, status=9/KILL|Failed with result .signal.'
