# systemctl reload: only what changed, and never a bad file.

inside cp -p "$SETTINGS" /tmp/good.yaml
edit_settings() { inside sed -i "$1" "$SETTINGS"; }
changed_replicas() { printf '%s\n%s\n' "$1" "$2" | sort | uniq -u | cut -d' ' -f1 | sort -u | tr '\n' ' '; }

main_before=$(main_pid)
before=$(replica_pids)
check_equal 'status --json knows four replicas' 4 "$(echo "$before" | grep -c ' [0-9][0-9]*$')"

edit_settings '/name: light-1/s/gpu_memory_utilization: [0-9.]*/gpu_memory_utilization: 0.3/'
began=$(journal_cursor)
check 'systemctl reload returns when the reload has ended' inside systemctl reload "$UNIT"
check 'all replicas are ready then' all_ready
after=$(replica_pids)
check_equal 'only the replica whose definition changed was restarted' 'light-1 ' "$(changed_replicas "$before" "$after")"
check_equal 'the service is active again' active "$(show ActiveState)"
check_equal 'its main process is the same' "$main_before" "$(main_pid)"
check 'nobody complained in the journal' journal_is_clean "$began"

inside_sh "echo 'replicas: [' >>$SETTINGS"
began=$(journal_cursor)
check 'systemctl reload fails on a bad file' refuses inside systemctl reload "$UNIT"
check_equal 'the service stays' 'active 200' "$(show ActiveState) $(http_status /ready)"
check_equal 'with every replica as it was' "$after" "$(replica_pids)"
check 'the reason is in the journal, with its line' journal_tells "$began" 'replicas\.yaml:[0-9]+:[0-9]+'

inside cp -p /tmp/good.yaml "$SETTINGS"
check 'the good file is taken again' inside systemctl reload "$UNIT"
check 'and all replicas are ready' wait_until_ready
