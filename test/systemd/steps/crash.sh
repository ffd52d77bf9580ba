# kill -9 of the main process.

main_before=$(main_pid)
everybody=$(service_pids)
restarts=$(show NRestarts)
began=$(journal_cursor)
inside kill -s KILL "$main_before"
check 'after kill -9 systemd starts it again' eventually 30 is_another_main "$main_before"
check 'no process of its former life is left' none_alive "$everybody"
check 'all replicas are ready again' wait_until_ready
check_equal 'in one restart' $((restarts + 1)) "$(show NRestarts)"
check 'nobody complained in the journal, but of the kill' journal_is_clean "$began" \
  'Main process exited, code=killed, status=9/KILL|Failed with result .signal.'
