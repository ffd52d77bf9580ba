# From a bare Debian to an installed service that has not been started: the package.

EXPOSURE_TENTHS_MAX=30

edit_into() { inside sh -c "cat '$1' >'$SETTINGS'"; }

check 'the package installs on a bare Debian' package_install "$VERSION"
check_equal 'and starts nothing, now or at boot' 'inactive disabled' \
  "$(show ActiveState) $(inside systemctl is-enabled "$UNIT" || :)"
check_equal 'the user is in the groups of the cards' 'render ssw-infer video ' \
  "$(inside id -nG ssw-infer | tr ' ' '\n' | sort | tr '\n' ' ')"
check_equal 'the configuration is for root and the service alone' '640 root ssw-infer' \
  "$(inside stat -c '%a %U %G' "$SETTINGS")"
check_equal 'state and cache are there, for the service alone' '750 ssw-infer 750 ssw-infer ' \
  "$(inside stat -c '%a %U' /var/lib/ssw-infer /var/cache/ssw-infer | tr '\n' ' ')"
check 'the shipped configuration is valid' inside ssw-infer check
check_equal 'every file is as the package has it' '' "$(inside dpkg --verify ssw-infer)"
check_equal 'systemd-analyze verify finds nothing' '' "$(inside systemd-analyze verify "$UNIT" 2>&1)"
exposure=$(inside systemd-analyze security --no-pager "$UNIT" | sed -n 's/.*exposure level.*: \([0-9]*\)\.\([0-9]\).*/\1\2/p')
check "systemd-analyze security: exposure of $exposure tenths, at most $EXPOSURE_TENTHS_MAX" \
  test "$exposure" -le "$EXPOSURE_TENTHS_MAX"
check_equal 'no device list closes /dev/nvidia*' 'DevicePolicy=auto' \
  "$(inside systemctl show "$UNIT" --property=DevicePolicy --property=DeviceAllow)"
check_equal 'the JIT may write what it runs' no "$(show MemoryDenyWriteExecute)"
edit_into /opt/ssw-infer/config/replicas.yaml
