# Sourced by install-vllm.sh: where Python packages come from. Every one must have a hash of its lock, whoever serves it.
# Reads python, lock, mirror, offline, fill, uv, uv_version; see there. POSIX sh.

# sources uv|pip: its options for where packages come from.
sources() {
  if [ -n "$offline" ]; then
    if [ "$1" = uv ]; then printf '%s ' --offline; fi
    printf '%s ' --no-index --find-links "$offline/wheels"
  elif [ -n "$mirror" ]; then
    if [ "$1" = uv ]; then printf '%s ' --default-index "$mirror"; else printf '%s ' --index-url "$mirror"; fi
  fi
}

get_uv() {
  [ "$("$uv" --version 2>/dev/null | cut -d' ' -f2)" != "$uv_version" ] || return 0
  run "$python" -m venv --clear "$CACHE/uv-$uv_version"
  # shellcheck disable=SC2046 # options
  retry run "$CACHE/uv-$uv_version/bin/pip" install --quiet --disable-pip-version-check --require-hashes $(sources pip) \
    --requirement "$ROOT/scripts/uv.lock" || die "pip could not install uv $uv_version"
}

# What `--offline` takes: the wheels of the lock, uv, and the models with their checksums.
fill_folder() {
  run mkdir -p "$fill/wheels"
  tools=$CACHE/fill-venv
  run "$python" -m venv --clear "$tools"
  for list in "$ROOT/scripts/uv.lock" "$lock"; do
    # shellcheck disable=SC2046 # options
    retry run "$tools/bin/pip" download --quiet --disable-pip-version-check --require-hashes --no-deps \
      --only-binary :all: $(sources pip) --dest "$fill/wheels" --requirement "$list" ||
      die 'the packages could not be fetched; what has arrived is kept: run this again'
  done
  if [ "$models" = no ] || [ "$flavour" = cpu ]; then return 0; fi
  # The folder has one version of each, the lock's.
  run "$tools/bin/pip" install --quiet --disable-pip-version-check --no-index --find-links "$fill/wheels" \
    huggingface_hub PyYAML
  fetch_models "$fill" "$tools/bin/python"
}
