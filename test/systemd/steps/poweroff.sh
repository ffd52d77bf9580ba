# The machine goes down under a running service.

inside systemctl poweroff || :
check 'systemctl poweroff ends it all' eventually "$POWEROFF_TIMEOUT_S" machine_ended
