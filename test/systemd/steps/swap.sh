# systemctl reload swaps the heavy model under load, and models that are no good go back by themselves.

STREAMS=100
OLD_MODEL=Qwen/Qwen2.5-14B-Instruct-AWQ
NEW_MODEL=Qwen/Qwen3-14B-AWQ
BAD_MODEL=Qwen/Qwen2.5-Coder-14B-Instruct-AWQ

# heavy_is MODEL HOLD_S [FAULT]: writes the configuration with that model in the heavy pool.
heavy_is() {
  fault='{}'
  [ -z "${3:-}" ] || fault="{ sim-fault: \"$3\" }"
  inside sed -e "s|model: $OLD_MODEL|model: $1|" \
    -e "/^  heavy:/a\    objectives: { hold_s: $2, share: 0.5, samples_min: 10 }\n    args: $fault" \
    /tmp/good.yaml >"$scratch/heavy.yaml"
  inside_as_input sh -c "cat >$SETTINGS" <"$scratch/heavy.yaml"
}

heavy_models() {
  inside ssw-infer status --json | inside_jq '[.replicas[] | select(.pool == "heavy") | "\(.model) \(.state)"] | unique | join(", ")'
}

answered_by() {
  http --output /dev/null --write-out '%header{x-ssw-model}' "$(url /v1/chat/completions)" -H 'content-type: application/json' \
    --data "{\"model\":\"$1\",\"max_tokens\":4,\"messages\":[{\"role\":\"user\",\"content\":\"Hello.\"}]}"
}

streams_begin() {
  bun run "$lane/traffic.ts" "$(url '')" "$STREAMS" >"$scratch/traffic.json" 2>&1 &
  streams_pid=$!
}

all_streams_run() {
  running=$(http "$(url /metrics)" | awk '/^sswinfer_inflight{replica="heavy-/ { sum += $2 } END { print sum + 0 }')
  [ "$running" -ge "$STREAMS" ]
}

streams_end() {
  kill -s TERM "$streams_pid"
  wait "$streams_pid" && ended=0 || ended=$?
  streams_pid=
  return "$ended"
}

# goes_back NAME FAULT CAUSE
goes_back() {
  heavy_is "$BAD_MODEL" 8 "$2"
  check "a model that $1: systemctl reload fails" refuses inside systemctl reload "$UNIT"
  check_equal 'both replicas are ready with the one before' "$NEW_MODEL ready" "$(heavy_models)"
  check "and status has the cause" inside_sh "ssw-infer status --json | jq --exit-status '.drift.cause | test(\"$3\")'"
}

main_before=$(main_pid)
heavy_is "$OLD_MODEL" 3
check 'objectives are taken without moving a replica' inside systemctl reload "$UNIT"
streams_begin
check "$STREAMS streams run" eventually 20 all_streams_run
heavy_is "$NEW_MODEL" 3
check 'systemctl reload swaps the heavy model' inside systemctl reload "$UNIT"
check_equal 'both replicas are ready with the new one' "$NEW_MODEL ready" "$(heavy_models)"
check_equal 'the old name leads to it, and the answer says so' "$NEW_MODEL" "$(answered_by "$OLD_MODEL")"

goes_back 'does not start' crash_on_start:1 'did not start'
goes_back 'answers rubbish' rubbish 'eval'
goes_back 'is three times slower' slow:3 'times as long'
heavy_is "$NEW_MODEL" 3
check 'the file that runs is taken' inside systemctl reload "$UNIT"
check_equal 'and status tells of no drift' none "$(inside ssw-infer status --json | inside_jq '.drift.cause // "none"')"

streams_end || fail 'the streams end' "$(cat "$scratch/traffic.json")"
cat "$scratch/traffic.json"
check_equal 'none of them failed, none was answered twice' '0 failed, 0 duplicated' \
  "$(inside_jq '"\(.failed) failed, \(.duplicated) duplicated"' <"$scratch/traffic.json")"
check_equal 'the old model answered, the new one, and the slow one until it was found out' "$OLD_MODEL $BAD_MODEL $NEW_MODEL" \
  "$(inside_jq '.models | keys | sort | join(" ")' <"$scratch/traffic.json")"
check_equal 'the main process is the same' "$main_before" "$(main_pid)"
