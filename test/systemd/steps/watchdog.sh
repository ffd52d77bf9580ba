# A main process that is alive and does nothing.

fed() { show WatchdogTimestampMonotonic; }
fed_after() { [ "$(fed)" -gt "$1" ]; }

inside_sh "mkdir -p /etc/systemd/system/$UNIT.d
printf '[Service]\nWatchdogSec=4s\nTimeoutAbortSec=1s\n' >/etc/systemd/system/$UNIT.d/lane.conf
systemctl daemon-reload && systemctl restart $UNIT"
check 'all replicas are ready under a short watchdog' wait_until_ready
main_before=$(main_pid)
check 'the watchdog is fed' eventually 10 fed_after "$(fed)"
check 'and fed again' eventually 10 fed_after "$(fed)"
check_equal 'so nothing happens' "$main_before" "$(main_pid)"

everybody=$(service_pids)
began=$(journal_cursor)
inside kill -s STOP "$main_before"
check 'a frozen main process is replaced' eventually 40 is_another_main "$main_before"
check 'by the watchdog' journal_tells "$began" 'Watchdog timeout'
check 'no process of the frozen life is left' none_alive "$everybody"
check 'all replicas are ready again' wait_until_ready
inside_sh "rm /etc/systemd/system/$UNIT.d/lane.conf && systemctl daemon-reload"
