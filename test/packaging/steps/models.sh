# fetch-models.sh, from a hub of the lane's own.

A=$(printf 'a%.0s' $(seq 40))
B=$(printf 'b%.0s' $(seq 40))
for commit in "$A" "$B"; do
  mkdir -p "$scratch/hub/Qwen/tiny/$commit/weights"
  echo "{\"commit\": \"$commit\"}" >"$scratch/hub/Qwen/tiny/$commit/config.json"
  head -c 100000 /dev/zero >"$scratch/hub/Qwen/tiny/$commit/weights/model.safetensors"
done

# pinned REVISION: a config whose pool names it.
pinned() { printf 'pools:\n  heavy: { model: Qwen/tiny, revision: %s }\n  light: { model: /srv/own }\n' "$1" >"$scratch/models.yaml"; }

fetches() { # CACHE OPTION…
  cache=$1
  shift
  "$repository/scripts/fetch-models.sh" --config "$scratch/models.yaml" --cache "$scratch/$cache" --python "$venv/bin/python" "$@"
}

locked_files() { grep -c "  Qwen/tiny@$1/" "$scratch/models.lock"; }

serve "$venv/bin/python" "$lane/hub.py" "$scratch/hub" "$scratch/port"
hub=http://127.0.0.1:$(cat "$scratch/port")
pinned "$A"
check 'a model is fetched at its revision' fetches first --hub "$hub"
check_equal 'and its files are locked' 2 "$(locked_files "$A")"
check 'the lock is read by sha256sum too' sh -c "cd '$scratch/first/huggingface/hub/models--Qwen--tiny/snapshots/$A' &&
  sed -n 's|  Qwen/tiny@$A/|  |p' '$scratch/models.lock' | sha256sum --check --strict"
check 'again: as locked' fetches first --hub "$hub"
check 'a host with the lock and the same files agrees' fetches second --hub "$hub"
printf 'x' >>"$scratch/hub/Qwen/tiny/$A/config.json"
check 'a hub that gives other files for a revision is refused' refuses fetches third --hub "$hub"
check_equal 'and the lock stays as it was' 2 "$(locked_files "$A")"
pinned "$B"
check 'another revision is another entry' fetches first --hub "$hub"
check_equal 'beside the first' '2 2' "$(locked_files "$A") $(locked_files "$B")"
pinned "$(printf 'c%.0s' $(seq 40))"
check 'a revision that the hub does not know is refused' refuses fetches first --hub "$hub"
stop_serving

pinned "$A"
check 'what is there is verified without network' fetches first --verify
check 'a copy of another host serves one without network' fetches fourth --from "$scratch/first"
blob=$(readlink -f "$scratch/fourth/huggingface/hub/models--Qwen--tiny/snapshots/$A/weights/model.safetensors")
printf 'x' | dd of="$blob" bs=1 seek=5000 conv=notrunc 2>/dev/null
check 'one changed byte is found' refuses fetches fourth --verify
rm "$blob"
check 'and a missing file' refuses fetches fourth --verify
