# Two versions of the package: the same program but for a byte that nobody reads.

VERSION=0.0.1
NEXT_VERSION=0.0.2

packages_build() {
  mkdir -p "$scratch/current" "$scratch/next" "$scratch/debs"
  cp "$binary" "$scratch/current/ssw-infer"
  cp "$binary" "$scratch/next/ssw-infer"
  # A padding byte of the ELF header (elf(5)).
  printf '\001' | dd of="$scratch/next/ssw-infer" bs=1 seek=15 conv=notrunc 2>/dev/null
  for pair in "$VERSION:current" "$NEXT_VERSION:next"; do
    "$repository/packaging/build-deb.sh" --fast --binary "$scratch/${pair#*:}/ssw-infer" --version "${pair%:*}" \
      --out "$scratch/debs" >"$scratch/deb.log" 2>&1 || give_up "no package: $(cat "$scratch/deb.log")"
  done
}

# package_install VERSION: as an operator does, with whatever maintainer scripts say.
package_install() { inside dpkg --install --force-unsafe-io "/opt/debs/ssw-infer_$1_amd64.deb"; }
