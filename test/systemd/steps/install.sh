# From nothing to an installed service that has not been started.

installer=/opt/ssw-infer/scripts/install.sh
EXPOSURE_TENTHS_MAX=30

check 'install.sh --no-start installs on a bare Debian' inside "$installer" --no-start
check_equal 'and starts nothing' inactive "$(show ActiveState)"
check_equal 'the user is in the groups of the cards' 'ssw-infer render video' \
  "$(inside id -nG ssw-infer | tr ' ' '\n' | sort | tr '\n' ' ' | sed 's/ $//; s/^render ssw-infer/ssw-infer render/')"
check_equal 'the configuration is for root and the service alone' '640 root ssw-infer' \
  "$(inside stat -c '%a %U %G' "$SETTINGS")"
check_equal 'systemd-analyze verify finds nothing' '' "$(inside systemd-analyze verify "$UNIT" 2>&1)"
exposure=$(inside systemd-analyze security --no-pager "$UNIT" | sed -n 's/.*exposure level.*: \([0-9]*\)\.\([0-9]\).*/\1\2/p')
check "systemd-analyze security: exposure of $exposure tenths, at most $EXPOSURE_TENTHS_MAX" \
  test "$exposure" -le "$EXPOSURE_TENTHS_MAX"
check_equal 'no device list closes /dev/nvidia*' 'DevicePolicy=auto' \
  "$(inside systemctl show "$UNIT" --property=DevicePolicy --property=DeviceAllow)"
check_equal 'the JIT may write what it runs' no "$(show MemoryDenyWriteExecute)"
