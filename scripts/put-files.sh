# Sourced by install.sh: files come to their places below $root, each by rename. Reads root and binary; sets changed. POSIX sh.

changed=no

# put SOURCE TARGET MODE: replaces TARGET by rename, so that what runs keeps its file, unless it is the same already.
put() {
  target=$root$2
  if cmp -s "$1" "$target"; then
    chmod "$3" "$target"
    return 0
  fi
  mkdir -p "$(dirname "$target")"
  new=$target.new
  rm -f "$new"
  cp "$1" "$new" || { rm -f "$new"; die "cannot write $new"; }
  chmod "$3" "$new"
  mv -f "$new" "$target"
  changed=yes
  say "installed $target"
}

# put_once SOURCE TARGET MODE: what the operator edits is his.
put_once() {
  if [ -f "$root$2" ]; then
    cmp -s "$1" "$root$2" || say "kept $root$2 (differs from $1)"
    return 0
  fi
  put "$1" "$2" "$3"
}

# put_words TARGET COMMAND…: what the program says of itself; a program for other machines says nothing here.
put_words() {
  words=$(mktemp)
  target_of_words=$1
  shift
  if "$binary" "$@" >"$words" 2>/dev/null && [ -s "$words" ]; then put "$words" "$target_of_words" 0644; fi
  rm -f "$words"
}
