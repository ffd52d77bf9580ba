# The machine goes down under a running service and comes up again.

check 'systemctl enable' inside systemctl --quiet enable "$UNIT"
leader_before=$leader
inside systemctl reboot || :
check 'the machine reboots' eventually "$BOOT_TIMEOUT_S" machine_is_up_again "$leader_before"
leader=$(machine_leader)
check 'the service is up by itself' eventually 10 answers /health 200
check 'all replicas become ready' wait_until_ready
check_equal 'all four' 4 "$(replica_pids | grep -c .)"
