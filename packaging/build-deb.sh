#!/bin/sh
# Makes the Debian package; `build-deb.sh --help` says how. The same input gives the same bytes.
set -eu

usage() {
  cat <<'USAGE'
usage: build-deb.sh --binary FILE --version VERSION --out DIR [options]

  --binary FILE      the program, for linux-x64; it runs here, to tell of its completions and its manual
  --version VERSION  of the package: digits first, then [0-9A-Za-z.+~]
  --out DIR          where ssw-infer_VERSION_amd64.deb goes
  --sbom FILE        becomes /usr/share/doc/ssw-infer/ssw-infer.cdx.json.gz
  --fast             hardly compressed: for tests

$SOURCE_DATE_EPOCH is the newest time that a file in it has (default: now). Needs dpkg-deb 1.21.9 or later.
USAGE
}

die() {
  printf 'build-deb.sh: %s\n' "$*" >&2
  exit 1
}

die_of_usage() {
  printf 'build-deb.sh: %s\n' "$*" >&2
  usage >&2
  exit 64
}

# ---- what and where

parse() {
  binary='' version='' out='' sbom='' compression='-Zxz -z0 --threads-max=1'
  while [ $# -gt 0 ]; do
    case $1 in
      --binary | --version | --out | --sbom)
        [ $# -ge 2 ] || die_of_usage "$1 needs a value"
        case $1 in
          --binary) binary=$2 ;;
          --version) version=$2 ;;
          --out) out=$2 ;;
          --sbom) sbom=$2 ;;
        esac
        shift
        ;;
      --fast) compression='-Zgzip -z1' ;;
      -h | --help)
        usage
        exit 0
        ;;
      *) die_of_usage "unknown option: $1" ;;
    esac
    shift
  done
  [ -x "$binary" ] || die_of_usage "no program at '$binary'"
  [ -d "$out" ] || die_of_usage "no directory at '$out'"
  case $version in
    [0-9]*) ;;
    *) die_of_usage "not a version: '$version'" ;;
  esac
  case $version in *[!0-9A-Za-z.+~]*) die_of_usage "not a version: '$version'" ;; esac
}

# ---- what the package holds

# fill: what install.sh installs, then what is Debian's own.
fill() {
  DESTDIR=$stage "$root/scripts/install.sh" --binary "$binary" --config "$root/config/replicas.yaml" 2>"$stage.log" ||
    die "install.sh failed: $(cat "$stage.log")"
  rmdir "$stage/var/lib/ssw-infer" "$stage/var/lib" "$stage/var/cache/ssw-infer" "$stage/var/cache" "$stage/var"
  fill_completion_and_manual
  fill_documents
  fill_installer_of_vllm
}

fill_completion_and_manual() {
  mkdir -p "$stage/usr/share"
  if [ -d "$stage/usr/share/zsh" ]; then
    mv "$stage/usr/share/zsh/site-functions" "$stage/usr/share/zsh/vendor-completions"
  fi
  find "$stage/usr/share" -path '*/man/*' -type f -exec gzip -9n {} +
}

fill_documents() {
  documents=$stage/usr/share/doc/ssw-infer
  mkdir -p "$documents/examples"
  cp "$root/packaging/deb/copyright" "$documents/copyright"
  gzip -9nc "$root/CHANGELOG.md" >"$documents/CHANGELOG.md.gz"
  debian_changelog | gzip -9nc >"$documents/changelog.gz"
  [ -z "$sbom" ] || gzip -9nc "$sbom" >"$documents/ssw-infer.cdx.json.gz"
  cp "$root/config/replicas.sim.yaml" "$root/config/replicas.schema.json" "$root"/systemd/examples/*.conf "$documents/examples"
  mkdir -p "$stage/usr/share/lintian/overrides"
  cp "$root/packaging/deb/lintian-overrides" "$stage/usr/share/lintian/overrides/ssw-infer"
}

# Its form is Debian's (deb-changelog(5)); what changed stands in CHANGELOG.md.
debian_changelog() {
  maintainer=$(sed -n 's/^Maintainer: //p' "$root/packaging/deb/control.in")
  when=$(LC_ALL=C date --utc --rfc-email --date="@$SOURCE_DATE_EPOCH")
  printf 'ssw-infer (%s) stable; urgency=medium\n\n  * See CHANGELOG.md.\n\n -- %s  %s\n' "$version" "$maintainer" "$when"
}

fill_installer_of_vllm() {
  scripts=$stage/usr/share/ssw-infer/scripts
  mkdir -p "$scripts/models" "$scripts/vllm-cuda"
  for file in install-vllm.sh fetch-models.sh prepare.sh packages.sh uv.lock \
    models/fetch_models.py models/checksums.py vllm-cuda/requirements.lock; do
    cp "$root/scripts/$file" "$scripts/$file"
  done
}

# ---- the package

control() {
  mkdir "$stage/DEBIAN"
  installed_kib=$(find "$stage" -type f -printf '%s\n' | awk '{ kib += int(($1 + 1023) / 1024) } END { print kib }')
  sed "s/@VERSION@/$version/; s/@INSTALLED_KIB@/$installed_kib/" "$root/packaging/deb/control.in" >"$stage/DEBIAN/control"
  cp "$root/packaging/deb/conffiles" "$stage/DEBIAN/conffiles"
  for script in preinst postinst prerm postrm; do cp "$root/packaging/deb/$script" "$stage/DEBIAN/$script"; done
  (cd "$stage" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) >"$stage/DEBIAN/md5sums"
}

# Whatever the umask and the checkout say.
modes() {
  find "$stage" -type d -exec chmod 0755 {} +
  find "$stage" -type f -exec chmod 0644 {} +
  chmod 0755 "$stage/usr/bin/ssw-infer" "$stage"/DEBIAN/p* "$stage"/usr/share/ssw-infer/scripts/*-*.sh
  chmod 0640 "$stage/etc/ssw-infer/replicas.yaml"
}

main() {
  root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
  parse "$@"
  command -v dpkg-deb >/dev/null || die 'missing: dpkg-deb (Fedora: dnf install dpkg)'
  SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(date +%s)}
  export SOURCE_DATE_EPOCH
  stage=$(mktemp -d)
  trap 'rm -rf "$stage" "$stage.log"' EXIT
  fill
  control
  modes
  find "$stage" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
  # shellcheck disable=SC2086 # options
  dpkg-deb --root-owner-group $compression --build "$stage" "$out/ssw-infer_${version}_amd64.deb" >/dev/null
  printf '%s\n' "$out/ssw-infer_${version}_amd64.deb"
}

main "$@"
