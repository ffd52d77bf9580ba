# `bun run release`, in two checkouts of different names.

# checkout DIR: the last commit, and on it what is not committed yet.
checkout() {
  git clone --quiet "$repository" "$1"
  git -C "$repository" diff --binary HEAD >"$scratch/not-committed.patch"
  [ ! -s "$scratch/not-committed.patch" ] || git -C "$1" apply "$scratch/not-committed.patch"
  git -C "$repository" ls-files --others --exclude-standard -z |
    tar --create --directory="$repository" --null --files-from=- | tar --extract --directory="$1"
}

release_in() { (cd "$1" && bun run release --allow-dirty); }

checkout "$scratch/one"
checkout "$scratch/another-name"
check 'bun run release' release_in "$scratch/one"
check 'again, in another checkout' release_in "$scratch/another-name"
made=$(sed 's/^[^ ]*  //' "$scratch/one/dist/SHA256SUMS" | tr '\n' ' ')
version=$(sed -n 's/^  "version": "\(.*\)",/\1/p' "$repository/package.json")
check_equal 'program, package and bill of materials have their checksums' \
  "ssw-infer ssw-infer_${version}_amd64.deb ssw-infer_$version.cdx.json " "$made"
check 'the checksums are theirs' sh -c "cd '$scratch/one/dist' && sha256sum --check --strict SHA256SUMS"
check 'both checkouts gave the same bytes' cmp "$scratch/one/dist/SHA256SUMS" "$scratch/another-name/dist/SHA256SUMS"

bill=$scratch/one/dist/ssw-infer_$version.cdx.json
deb=$scratch/one/dist/ssw-infer_${version}_amd64.deb
check 'the bill of materials is as its official schema says' "$venv/bin/python" "$lane/bill.py" "$bill"
check_equal 'it is in the package' "$(sha256sum <"$bill")" \
  "$(dpkg-deb --fsys-tarfile "$deb" | tar --extract --to-stdout ./usr/share/doc/ssw-infer/ssw-infer.cdx.json.gz | gunzip | sha256sum)"
check 'lintian has no complaint' lintian --allow-root --fail-on error,warning "$deb"
listed=$(dpkg-deb --fsys-tarfile "$deb" | tar --list)
for file in ./usr/share/man/man1/ssw-infer.1.gz ./usr/share/bash-completion/completions/ssw-infer \
  ./usr/share/zsh/vendor-completions/_ssw-infer ./usr/share/fish/vendor_completions.d/ssw-infer.fish; do
  check "the package has $file" sh -c "printf '%s\n' \"\$1\" | grep -qx '$file'" sh "$listed"
done
rm -rf "$scratch/another-name"
