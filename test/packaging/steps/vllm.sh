# install-vllm.sh on a stand-in for vLLM, with every package's hash in its lock.

kit=$scratch/kit
mkdir -p "$kit/wheels" "$scratch/home"
cp -R "$repository/scripts" "$scratch/scripts"
mkdir -p "$scratch/config"
cp "$repository/config/replicas.yaml" "$scratch/config"
lock=$scratch/scripts/vllm-cuda/requirements.lock
"$venv/bin/python" "$lane/wheels.py" "$kit/wheels" "$lock"
"$venv/bin/pip" download --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all: \
  --dest "$kit/wheels" --requirement "$scratch/scripts/uv.lock" || give_up 'uv could not be fetched'

# installs VENV OPTION…: with a home of its own, so that nothing is there already.
installs() {
  target=$1
  shift
  HOME=$scratch/home XDG_CACHE_HOME=$scratch/home/cache-$target \
    sh "$scratch/scripts/install-vllm.sh" --no-models --venv "$scratch/$target" "$@"
}

# unshare leaves no network but a loopback that is down.
installs_without_network() {
  HOME=$scratch/home XDG_CACHE_HOME=$scratch/home/cache-offline unshare --net \
    sh "$scratch/scripts/install-vllm.sh" --no-models --venv "$scratch/offline" --offline "$kit"
}

check 'installs from a folder, without any network' installs_without_network
check_equal 'what the lock names' "$(sed -n 's/^vllm==\([^ ]*\).*/\1/p' "$lock")" "$("$scratch/offline/bin/vllm" --version)"
check 'again does nothing' installs_without_network

mkdir -p "$scratch/index/vllm" "$scratch/index/uv"
for wheel in "$kit"/wheels/*; do
  name=$(basename "$wheel")
  cp "$wheel" "$scratch/index/${name%%-*}/"
  printf '<a href="%s">%s</a>\n' "$name" "$name" >"$scratch/index/${name%%-*}/index.html"
done
serve "$venv/bin/python" "$lane/index.py" "$scratch/index" "$scratch/port"
check 'installs from a mirror' installs mirror --mirror "http://127.0.0.1:$(cat "$scratch/port")"
printf 'other\n' >>"$scratch/index/vllm/$(basename "$kit"/wheels/vllm-*)"
check 'not what the mirror changed' refuses installs changed --mirror "http://127.0.0.1:$(cat "$scratch/port")"
check 'of which nothing is installed' test ! -e "$scratch/changed/bin/vllm"
stop_serving
check 'both at once are refused' refuses installs both --offline "$kit" --fill "$kit"
check 'every package of the shipped locks has a hash' sh -c \
  "! awk '/==/ && !/\\\\\$/ { print FILENAME \": \" \$0; found = 1 } END { exit !found }' '$repository'/scripts/vllm-*/requirements.lock '$repository/scripts/uv.lock'"
