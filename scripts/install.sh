#!/bin/sh
# Installs ssw-infer as a systemd service; `install.sh --help` says how. Safe to run again: it changes what differs.
set -eu
. "$(dirname "$0")/put-files.sh"

usage() {
  cat <<'USAGE'
usage: install.sh [options]            install, or upgrade in place, and start
       install.sh --uninstall          stop and remove; /etc/ssw-infer, /var/lib and /var/cache stay
       install.sh --purge              remove those and the user as well

  --binary FILE    the program (default: dist/ssw-infer of this checkout; `bun run build` makes it)
  --config FILE    becomes /etc/ssw-infer/replicas.yaml unless there is one (default: config/replicas.yaml)
  --prefix DIR     where bin/, lib/ and share/ are (default: /usr)
  --no-start       install only

With DESTDIR set in the environment everything goes below it; no user is made and nothing is started.
USAGE
}

say() { printf '%s\n' "$*" >&2; }

die() {
  say "install.sh: $*"
  exit 1
}

die_of_usage() {
  say "install.sh: $*"
  usage >&2
  exit 64
}

# ---- what and where

set_paths() {
  here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
  action=install
  start=yes
  prefix=/usr
  binary=$here/dist/ssw-infer
  config=$here/config/replicas.yaml
  root=${DESTDIR:-}
}

parse() {
  while [ $# -gt 0 ]; do
    case $1 in
      --binary | --config | --prefix)
        [ $# -ge 2 ] || die_of_usage "$1 needs a value"
        case $1 in
          --binary) binary=$2 ;;
          --config) config=$2 ;;
          --prefix) prefix=${2%/} ;;
        esac
        shift
        ;;
      --no-start) start=no ;;
      --uninstall) [ "$action" = purge ] || action=uninstall ;;
      --purge) action=purge ;;
      -h | --help)
        usage
        exit 0
        ;;
      *) die_of_usage "unknown option: $1" ;;
    esac
    shift
  done
  case $prefix in /*) ;; *) die_of_usage "--prefix must be absolute: $prefix" ;; esac
  program=$prefix/bin/ssw-infer
  unit=$prefix/lib/systemd/system/ssw-infer.service
  sysusers=$prefix/lib/sysusers.d/ssw-infer.conf
  tmpfiles=$prefix/lib/tmpfiles.d/ssw-infer.conf
  settings=/etc/ssw-infer/replicas.yaml
  rotation=/etc/logrotate.d/ssw-infer
  needrestart=/etc/needrestart/conf.d/ssw-infer.conf
  bash_completion=$prefix/share/bash-completion/completions/ssw-infer
  zsh_completion=$prefix/share/zsh/site-functions/_ssw-infer
  fish_completion=$prefix/share/fish/vendor_completions.d/ssw-infer.fish
  manual=$prefix/share/man/man1/ssw-infer.1
}

have() { command -v "$1" >/dev/null 2>&1; }

staged() { [ -n "$root" ]; }

# PID 1 is systemd and takes orders; in a chroot or a plain container it is not.
systemd_answers() {
  staged && return 1
  [ -d /run/systemd/system ] && have systemctl || return 1
  case $(systemctl is-system-running 2>/dev/null) in
    running | degraded | starting | initializing) return 0 ;;
    *) return 1 ;;
  esac
}

require_root() {
  staged || [ "$(id -u)" -eq 0 ] || die "must run as root (try: sudo $0), or with DESTDIR=/some/folder"
}

# ---- files

check_sources() {
  [ -f "$binary" ] || die "no program at $binary: build it with \`bun run build\`, or name one with --binary"
  [ -f "$config" ] || die "no configuration at $config"
  staged || "$binary" version >/dev/null || die "$binary does not run on this machine ($(uname -m))"
}

install_unit() {
  unit_text=$(mktemp)
  sed "s|/usr/bin/ssw-infer|$program|" "$here/systemd/ssw-infer.service" >"$unit_text"
  put "$unit_text" "$unit" 0644
  rm -f "$unit_text"
  put "$here/systemd/ssw-infer.sysusers" "$sysusers" 0644
  put "$here/systemd/ssw-infer.tmpfiles" "$tmpfiles" 0644
}

# Of programs that this host may not have.
install_for_others() {
  before=$changed
  if staged || [ -d /etc/logrotate.d ]; then put_once "$here/packaging/logrotate" "$rotation" 0644; fi
  if staged || [ -d /etc/needrestart ]; then put_once "$here/packaging/needrestart.conf" "$needrestart" 0644; fi
  put_words "$bash_completion" completion bash
  put_words "$zsh_completion" completion zsh
  put_words "$fish_completion" completion fish
  put_words "$manual" man
  changed=$before # nothing that runs reads them
}

# ---- user and directories

make_user() {
  staged && return 0
  if have systemd-sysusers; then
    systemd-sysusers "$sysusers"
    return 0
  fi
  have useradd || die "neither systemd-sysusers nor useradd is here: install one, or make the user ssw-infer"
  for group in ssw-infer render video; do
    getent group "$group" >/dev/null || groupadd --system "$group"
  done
  getent passwd ssw-infer >/dev/null ||
    useradd --system --gid ssw-infer --home-dir /var/lib/ssw-infer --shell /usr/sbin/nologin ssw-infer
  usermod --append --groups render,video ssw-infer
}

make_directories() {
  for directory in /var/lib/ssw-infer /var/cache/ssw-infer; do
    mkdir -p "$root$directory"
    chmod 0750 "$root$directory"
    staged || chown ssw-infer:ssw-infer "$root$directory"
  done
  # It may hold a password of Redis.
  staged || chgrp ssw-infer "$settings"
}

# ---- the service

check_redis() {
  have redis-server || have valkey-server && return 0
  say "redis-server is not here; with redis.managed (the default) the service needs it:"
  if have apt-get; then
    say "  apt-get install redis-server && systemctl disable --now redis-server"
  elif have dnf; then
    say "  dnf install redis   (or valkey)"
  else
    say "  install Redis 7.0 or later, or Valkey, from your distribution"
  fi
}

start_service() {
  if ! systemd_answers; then
    staged || say "systemd does not run here; start it yourself: $program serve --config $settings"
    return 0
  fi
  systemctl daemon-reload
  [ "$start" = yes ] || {
    say "not started; when you want it: systemctl enable --now ssw-infer"
    return 0
  }
  "$program" check --config "$settings" >/dev/null || die "$settings is not valid; correct it, then: systemctl enable --now ssw-infer"
  systemctl --quiet enable ssw-infer
  if ! systemctl is-active --quiet ssw-infer; then
    order start
  elif [ "$changed" = yes ]; then
    order restart
  fi
  say "ssw-infer runs; see: systemctl status ssw-infer"
}

order() {
  systemctl "$1" ssw-infer || die "systemctl $1 failed; see: journalctl -u ssw-infer -n 50"
}

install_all() {
  require_root
  check_sources
  put "$binary" "$program" 0755
  install_unit
  put_once "$config" "$settings" 0640
  install_for_others
  make_user
  make_directories
  staged || check_redis
  start_service
}

# ---- away again

uninstall() {
  require_root
  if systemd_answers && [ -f "$unit" ]; then
    systemctl --quiet disable --now ssw-infer || die "systemctl could not stop ssw-infer; nothing was removed"
  fi
  for file in "$program" "$unit" "$sysusers" "$tmpfiles" "$rotation" "$needrestart" \
    "$bash_completion" "$zsh_completion" "$fish_completion" "$manual"; do
    rm -f "$root$file"
  done
  if systemd_answers; then systemctl daemon-reload; fi
  [ "$action" = uninstall ] || return 0
  say "removed; left: /etc/ssw-infer /var/lib/ssw-infer /var/cache/ssw-infer, user ssw-infer (--purge removes them)"
}

purge() {
  uninstall
  rm -rf "$root/etc/ssw-infer" "$root/var/lib/ssw-infer" "$root/var/cache/ssw-infer"
  rm -rf "$root/etc/systemd/system/ssw-infer.service.d"
  if ! staged && getent passwd ssw-infer >/dev/null; then userdel ssw-infer; fi
  if ! staged && getent group ssw-infer >/dev/null; then groupdel ssw-infer; fi
  say "removed everything, models and state included"
}

main() {
  set_paths
  parse "$@"
  case $action in
    install) install_all ;;
    uninstall) uninstall ;;
    purge) purge ;;
  esac
}

main "$@"
