# Another version of the package over a running service, and back: what runs goes on until its operator restarts it.

installed_version() { inside dpkg-query --show --showformat '${Version}' ssw-infer; }

# version_runs VERSION: the program of that package is the one in the main process.
version_runs() { inside cmp "/opt/$1/ssw-infer" "/proc/$(main_pid)/exe"; }

main_before=$(main_pid)
engines_before=$(replica_pids)
edited=$(inside sha256sum "$SETTINGS")
check 'an upgrade of the package over a running service' package_install "$NEXT_VERSION"
check_equal 'has the new version on disk' "$NEXT_VERSION" "$(installed_version)"
check_equal 'lets the main process run' "$main_before" "$(main_pid)"
check_equal 'and every engine' "$engines_before" "$(replica_pids)"
check 'which is still the former program' version_runs current
check_equal 'keeps the edited configuration' "$edited" "$(inside sha256sum "$SETTINGS")"
check 'the new command speaks to the former service' inside systemctl reload "$UNIT"

began=$(journal_cursor)
check 'systemctl restart, when it suits' inside systemctl restart "$UNIT"
check 'runs the new program' version_runs next
check 'all replicas are ready' wait_until_ready
check 'nobody complained in the journal' journal_is_clean "$began"

inside touch /etc/ssw-infer/restart-on-upgrade
began=$(journal_cursor)
check 'a downgrade, where restart-on-upgrade asks for a restart' package_install "$VERSION"
check_equal 'has the former version on disk' "$VERSION" "$(installed_version)"
check 'and running' version_runs current
check 'all replicas are ready, on the state of the newer one' wait_until_ready
check_equal 'with the edited configuration' "$edited" "$(inside sha256sum "$SETTINGS")"
check 'nobody complained in the journal' journal_is_clean "$began"
inside rm /etc/ssw-infer/restart-on-upgrade
