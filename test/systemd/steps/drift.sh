# A later start with a bad file: what last ran goes on, and whoever asks is told.

drift() { inside ssw-infer status --json | inside_jq '.drift.cause // "none"'; }

inside_sh "cp -p $SETTINGS /tmp/good.yaml && echo 'replicas: [' >>$SETTINGS"
began=$(journal_cursor)
check 'systemctl restart with a bad file starts what last ran' inside systemctl restart "$UNIT"
check 'the reason is in the journal, with its line' journal_tells "$began" 'replicas\.yaml:[0-9]+:[0-9]+'
check 'and in status' refuses test "$(drift)" = none
check 'all replicas become ready' wait_until_ready
inside cp -p /tmp/good.yaml "$SETTINGS"
check 'the good file is taken' inside systemctl reload "$UNIT"
check_equal 'and status tells of no drift' none "$(drift)"
