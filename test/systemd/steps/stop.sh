# systemctl stop, and away.

began=$(journal_cursor)
check 'systemctl stop returns' inside systemctl stop "$UNIT"
check_equal 'it was a clean stop' 'inactive success 0' "$(show ActiveState) $(show Result) $(show ExecMainStatus)"
check 'no process is left' no_process_left
check 'nothing is left in /run' inside test ! -e /run/ssw-infer
check 'nobody complained in the journal' journal_is_clean "$began"

check 'install.sh --uninstall' inside "$installer" --uninstall
check 'removes program and unit' inside test ! -e /usr/bin/ssw-infer -a ! -e /usr/lib/systemd/system/ssw-infer.service
check 'leaves configuration and state' inside test -f "$SETTINGS" -a -d /var/lib/ssw-infer
check 'install.sh --purge' inside "$installer" --purge
check 'removes those and the user' inside_sh "test ! -e /etc/ssw-infer -a ! -e /var/lib/ssw-infer && ! getent passwd ssw-infer"
