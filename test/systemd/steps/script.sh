# install.sh, for hosts without dpkg: install, start, upgrade in place, away again.

installer=/opt/ssw-infer/scripts/install.sh

check 'install.sh --no-start installs on a bare Debian' inside "$installer" --no-start
check_equal 'and starts nothing' inactive "$(show ActiveState)"
inside_sh "cp -p $SETTINGS /tmp/good.yaml && echo 'replicas: [' >>$SETTINGS"
check 'install.sh does not start it with a bad file' refuses inside "$installer"
inside cp -p /tmp/good.yaml "$SETTINGS"
check 'install.sh installs and starts in one go' inside "$installer"
check 'all replicas become ready' wait_until_ready

main_before=$(main_pid)
check 'install.sh again, with nothing new' inside "$installer"
check_equal 'does not touch what runs' "$main_before" "$(main_pid)"

began=$(journal_cursor)
check 'another program is installed while the old one runs' inside "$installer" --binary /opt/next/ssw-infer
check 'it is the one that runs' inside_sh "cmp /opt/next/ssw-infer /proc/$(main_pid)/exe"
check 'all replicas are ready' wait_until_ready
check 'nobody complained in the journal' journal_is_clean "$began"

check 'install.sh --uninstall' inside "$installer" --uninstall
check 'leaves no process' no_process_left
check 'removes program and unit' inside test ! -e /usr/bin/ssw-infer -a ! -e /usr/lib/systemd/system/ssw-infer.service
check 'leaves configuration and state' inside test -f "$SETTINGS" -a -d /var/lib/ssw-infer
check 'install.sh --purge' inside "$installer" --purge
check 'removes those and the user' inside_sh "test ! -e /etc/ssw-infer -a ! -e /var/lib/ssw-infer && ! getent passwd ssw-infer"
