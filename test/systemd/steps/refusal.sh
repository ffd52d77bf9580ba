# A start with a bad file: once, with exit code 78, and not again and again.

inside_sh "echo 'replicas: [' >>$SETTINGS"
check 'a start with a bad file fails' refuses inside systemctl restart "$UNIT"
check_equal 'with exit code 78, for good' 'failed 78' "$(show ActiveState) $(show ExecMainStatus)"
check 'and leaves no process' no_process_left
check 'install.sh does not start it either' refuses inside "$installer"
inside cp -p /tmp/good.yaml "$SETTINGS"
check 'with the good file it starts' inside "$installer"
check 'and all replicas become ready' wait_until_ready
