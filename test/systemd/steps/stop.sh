# systemctl stop, and the package away.

began=$(journal_cursor)
check 'systemctl stop returns' inside systemctl stop "$UNIT"
check_equal 'it was a clean stop' 'inactive success 0' "$(show ActiveState) $(show Result) $(show ExecMainStatus)"
check 'no process is left' no_process_left
check 'nothing is left in /run' inside test ! -e /run/ssw-infer
check 'nobody complained in the journal' journal_is_clean "$began"

inside_sh 'echo kept >/var/cache/ssw-infer/model && chown ssw-infer: /var/cache/ssw-infer/model'
check 'it starts again' inside systemctl start "$UNIT"
check 'the package is removed while it runs' inside dpkg --remove ssw-infer
check 'no process is left' no_process_left
check 'program and unit are gone' inside test ! -e /usr/bin/ssw-infer -a ! -e /usr/lib/systemd/system/ssw-infer.service
check 'configuration, state and models stay' inside test -s "$SETTINGS" -a -d /var/lib/ssw-infer/redis -a -f /var/cache/ssw-infer/model
check 'installed again' package_install "$VERSION"
check_equal 'it has the edited configuration' "$edited" "$(inside sha256sum "$SETTINGS")"
check 'the package is purged' inside dpkg --purge ssw-infer
check 'with configuration, state, models and user' inside_sh \
  'test ! -e /etc/ssw-infer -a ! -e /var/lib/ssw-infer -a ! -e /var/cache/ssw-infer && ! getent passwd ssw-infer'
check_equal 'dpkg knows no file of it' '' "$(inside_sh 'find /usr /etc -name "*ssw-infer*"')"
