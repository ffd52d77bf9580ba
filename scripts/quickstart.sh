#!/bin/sh
# From a fresh checkout to an answer: builds, starts four simulated engines, asks each pool once.
# usage: scripts/quickstart.sh [--once]     --once ends the node after the answers
set -eu
. "$(dirname "$0")/prepare.sh"

once=no
case "${1:-}" in
  '') ;;
  --once) once=yes ;;
  *) die "usage: $0 [--once]" ;;
esac

command -v curl >/dev/null 2>&1 || die "missing: curl"
find_bun
find_redis
say "building dist/ssw-infer"
build_binary

work=$(mktemp -d)
node=
finish() {
  trap - EXIT INT TERM
  if [ -n "$node" ] && kill -0 "$node" 2>/dev/null; then
    kill -TERM "$node"
    wait "$node" || true
  fi
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The shipped config, with directories of its own and a free port, so that a second run disturbs nobody.
sed 's/^  port: .*/  port: 0/' "$ROOT/config/replicas.sim.yaml" > "$work/replicas.yaml"
printf 'paths: { state: %s/state, runtime: %s/run, cache: %s/cache }\n' "$work" "$work" "$work" >> "$work/replicas.yaml"

"$ROOT/dist/ssw-infer" serve --config "$work/replicas.yaml" 2> "$work/log" &
node=$!

status() { "$ROOT/dist/ssw-infer" status --config "$work/replicas.yaml" "$@"; }
url=
seen=
until [ -n "$url" ] && curl -fs -o /dev/null "$url/ready"; do
  kill -0 "$node" 2>/dev/null || { cat "$work/log" >&2; die "the node ended; its log is above"; }
  url=$(status --json 2>/dev/null | sed -n 's/^  "url": "\(.*\)",$/\1/p')
  now=$(status 2>/dev/null | sed -n '/^REPLICA/,$p' | awk 'NR > 1 && NF { print $1 ": " $4 }' || true)
  if [ "$now" != "$seen" ]; then
    printf '%s\n' "$now" | tr '\n' ' ' >&2
    printf '\n' >&2
    seen=$now
  fi
  sleep 0.2
done
status

ask() {
  printf '\n%s (streamed): ' "$1"
  curl -fsN "$url/v1/chat/completions" -H 'content-type: application/json' \
    -d '{"model":"'"$1"'","stream":true,"max_tokens":24,"messages":[{"role":"user","content":"Say hello."}]}' |
    sed -n 's/^data: .*"content":"\([^"]*\)".*/\1/p' | tr -d '\n'
  printf '\n'
}
ask heavy
ask light

cat <<END

These are SIMULATED engines: the words mean nothing, everything around them is real.
From any OpenAI SDK:

    client = OpenAI(base_url="$url/v1", api_key="none")
    client.chat.completions.create(model="heavy", messages=[{"role": "user", "content": "Hello"}])

END
[ "$once" = no ] || exit 0
say "running until Ctrl-C; its log: $work/log"
wait "$node"
