# The container's root: a minimal Debian, built once and kept outside the checkout.

SUITE=bookworm
PACKAGES=systemd,systemd-sysv,dbus,redis-server,curl,jq,procps
ATTEMPTS=3

# The container shares the host's network, so the distribution's own redis must not come up.
MASKED='redis-server.service console-getty.service'

template_key() {
  printf '%s\n' "$SUITE" "$PACKAGES" "$MASKED" "$(uname -m)" | sha256sum | cut -c1-16
}

template_prepare() {
  cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/ssw-infer
  template=$cache/systemd-$(template_key)
  mkdir -p "$cache"
  [ -d "$template" ] && return 0
  attempt=1
  until template_build; do
    attempt=$((attempt + 1))
    [ "$attempt" -le "$ATTEMPTS" ] || give_up "debootstrap failed $ATTEMPTS times: $(tail -n 5 "$scratch/debootstrap.log")"
  done
}

# Built beside its place and renamed, so that what is in its place is whole.
template_build() {
  draft=$(mktemp -d "$cache/draft.XXXXXX")
  if debootstrap --variant=minbase --include="$PACKAGES" "$SUITE" "$draft/root" \
    ${SSW_DEBIAN_MIRROR:+"$SSW_DEBIAN_MIRROR"} >"$scratch/debootstrap.log" 2>&1; then
    for unit in $MASKED; do ln -s /dev/null "$draft/root/etc/systemd/system/$unit"; done
    rm -rf "$draft"/root/var/cache/apt/archives/*.deb
    mv -T "$draft/root" "$template" 2>/dev/null || [ -d "$template" ]
    rm -rf "$draft"
    return 0
  fi
  rm -rf "$draft"
  return 1
}
