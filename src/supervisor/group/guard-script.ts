/**
 * The guard: reads `+ PGID` and `- PGID` lines until its pipe ends, which is when this program is gone, then kills the
 * groups that are left. Plain POSIX sh; dash knows only this spelling of kill for a group. It ignores what a terminal
 * or an init system sends to everybody, for it must be the last to go.
 */
export const GUARD_SCRIPT = `
trap '' TERM INT HUP QUIT PIPE
groups=' '
while read -r sign group; do
  case $sign in
    +) groups="$groups$group " ;;
    -) case $groups in *" $group "*) groups="\${groups%%" $group "*} \${groups#*" $group "}" ;; esac ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group"; done
`;
