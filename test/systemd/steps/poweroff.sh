# The machine goes down under a running service.

check 'install.sh installs and starts in one go' inside "$installer"
check 'all replicas become ready' wait_until_ready
inside systemctl poweroff || :
check 'systemctl poweroff ends it all' eventually "$POWEROFF_TIMEOUT_S" machine_ended
