# install.sh over a running service.

main_before=$(main_pid)
check 'install.sh again, with nothing new' inside "$installer"
check_equal 'does not touch what runs' "$main_before" "$(main_pid)"

# Another program with the same behaviour: a padding byte of the ELF header, which nobody reads (elf(5)), differs.
inside_sh 'cp /opt/ssw-infer/dist/ssw-infer /tmp/next && printf "\001" | dd of=/tmp/next bs=1 seek=15 conv=notrunc 2>/dev/null'
began=$(journal_cursor)
check 'a new program is installed while the old one runs' inside "$installer" --binary /tmp/next
check 'it is the one on disk' inside cmp /tmp/next /usr/bin/ssw-infer
check 'and the one that runs' inside_sh "cmp /tmp/next /proc/$(main_pid)/exe"
check 'all replicas are ready' wait_until_ready
check 'nobody complained in the journal' journal_is_clean "$began"
inside rm /tmp/next
