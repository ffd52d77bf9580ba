# A first start with a bad file: once, with exit code 78, and not again and again.

inside_sh "cp -p $SETTINGS /tmp/good.yaml && echo 'replicas: [' >>$SETTINGS"
check 'a first start with a bad file fails' refuses inside systemctl start "$UNIT"
check_equal 'with exit code 78, for good' 'failed 78' "$(show ActiveState) $(show ExecMainStatus)"
check 'and leaves no process' no_process_left
inside cp -p /tmp/good.yaml "$SETTINGS"
