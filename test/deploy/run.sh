#!/bin/sh
# The lane of deploy/: alert rules, dashboard, compose files and their configs, each read by the program that will read it.
# No image is pulled and no container started. usage: sh test/deploy/run.sh
#
#   SSW_INFER_BINARY  the program that reads the configs (default: dist/ssw-infer)
#
# Its last line is `N passed, N failed, 0 skipped`.
set -eu

lane=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
repository=$(CDPATH='' cd -- "$lane/../.." && pwd)
binary=${SSW_INFER_BINARY:-$repository/dist/ssw-infer}
tools=${XDG_CACHE_HOME:-${HOME:?HOME is not set}/.cache}/ssw-infer/deploy
scratch=$(mktemp -d "${TMPDIR:-/tmp}/ssw-deploy.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
. "$repository/test/systemd/lib/report.sh"

sh "$lane/install.sh" "$tools" || give_up 'its tools could not be installed'
cd "$repository"

promtool() { "$tools/promtool" "$@"; }
compose() { GRAFANA_PASSWORD=secret "$tools/compose" "$@"; }
# The services of compose files, by name.
services() { compose "$@" | bun --print 'Object.keys(JSON.parse(require("fs").readFileSync(0, "utf8")).services).sort().join(" ")'; }

check 'prometheus.yaml is a configuration' promtool check config deploy/prometheus/prometheus.yaml
check 'alerts.yaml has rules' promtool check rules deploy/prometheus/alerts.yaml
check 'they tell what they should, and not before' promtool test rules deploy/prometheus/alerts.test.yaml

bun run test/deploy/queries.ts > "$scratch/dashboard.yaml"
check 'every panel of the dashboard asks in PromQL' promtool check rules "$scratch/dashboard.yaml"
sed 's/5m/5x/' "$scratch/dashboard.yaml" > "$scratch/spoiled.yaml"
check 'one that does not would be found' refuses promtool check rules "$scratch/spoiled.yaml"

check_equal 'compose.yaml has its services' 'grafana prometheus redis ssw-infer' "$(services deploy/compose.yaml)"
check_equal 'and so has the one without cards' 'grafana prometheus redis ssw-infer' \
  "$(services deploy/compose.yaml deploy/compose.sim.yaml)"
check 'it wants a card' sh -c "GRAFANA_PASSWORD=x '$tools/compose' deploy/compose.yaml | grep -q nvidia"
check 'without cards it wants none' refuses sh -c "GRAFANA_PASSWORD=x '$tools/compose' deploy/compose.yaml deploy/compose.sim.yaml | grep -q nvidia"
check 'without a password for Grafana it is refused' refuses "$tools/compose" deploy/compose.yaml
sed 's/shm_size/shm_sizes/' deploy/compose.yaml > "$scratch/compose.yaml"
check 'a key that there is not would be found' refuses compose "$scratch/compose.yaml"
for file in $(compose deploy/compose.yaml | sed -n 's|.*"source": *"\(/[^"]*\)".*|\1|p') deploy/Dockerfile; do
  check "what is mounted is there: $(basename "$file")" test -e "$file"
done

check 'replicas.yaml is a config' "$binary" check --config deploy/replicas.yaml
check 'replicas.sim.yaml is a config' "$binary" check --config deploy/replicas.sim.yaml
check_equal 'the image has the vLLM that the project pins' \
  "$(sed -n 's/^vllm==\([0-9.]*\).*/\1/p' scripts/vllm-cuda/requirements.lock)" \
  "$(sed -n 's/^ARG BASE=.*:v//p' deploy/Dockerfile)"

report_summary
