# install.sh below DESTDIR: needs no systemd and no root.

stage=$scratch/stage
staged() {
  DESTDIR=$stage "$repository/scripts/install.sh" --binary "$binary" --config "$repository/config/replicas.sim.yaml" "$@" 2>&1
}
staged_files() { (cd "$stage" && find . -type f | sort | tr '\n' ' '); }

check 'a staged install works' staged
check_equal 'it puts the program, its unit, its user, its directories and its configuration' \
  './etc/logrotate.d/ssw-infer ./etc/needrestart/conf.d/ssw-infer.conf ./etc/ssw-infer/replicas.yaml ./usr/bin/ssw-infer ./usr/lib/systemd/system/ssw-infer.service ./usr/lib/sysusers.d/ssw-infer.conf ./usr/lib/tmpfiles.d/ssw-infer.conf ' \
  "$(staged_files | tr ' ' '\n' | grep -v '^./usr/share/' | tr '\n' ' ')"
check_equal 'a second one changes nothing and says so by silence' '' "$(staged || echo failed)"
echo '# mine' >>"$stage/etc/ssw-infer/replicas.yaml"
check_equal 'an edited configuration is kept, and it is said' 1 "$(staged | grep -c '^kept .*replicas.yaml (differs')"
check 'it is kept byte for byte' grep -qx '# mine' "$stage/etc/ssw-infer/replicas.yaml"
check 'a staged uninstall works' staged --uninstall
check_equal 'it leaves the configuration' './etc/ssw-infer/replicas.yaml ' "$(staged_files)"
check 'and the state' test -d "$stage/var/lib/ssw-infer"
check 'a staged purge works' staged --purge
check_equal 'it leaves no file' '' "$(staged_files)"
staged --prefix /usr/local >/dev/null || :
check 'another prefix is in the unit' grep -qx 'ExecReload=/usr/local/bin/ssw-infer reload --wait' \
  "$stage/usr/local/lib/systemd/system/ssw-infer.service"
rm -rf "$stage"
check 'an unknown option is refused' refuses staged --frobnicate
check 'a program that is not there is refused' refuses staged --binary "$scratch/none"
