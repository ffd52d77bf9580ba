/**
 * The guard: reads `+ PGID [CGROUP]` lines, and the same with `-`, until its pipe ends, which is when this program is
 * gone. Then it kills the groups that are left, and in their cgroups what left them by setsid(2), and removes these
 * cgroups. Plain POSIX sh; dash knows only this spelling of kill for a group. Linux before 5.14 has no `cgroup.kill`.
 * It ignores what a terminal or an init system sends to everybody, for it must be the last to go.
 */
export const GUARD_SCRIPT = `
trap '' TERM INT HUP QUIT PIPE
set -f
IFS='
'
groups=$IFS
while IFS=' ' read -r sign group; do
  line=$IFS$group$IFS
  case $sign in
    +) groups="$groups$group$IFS" ;;
    -) case $groups in *"$line"*) groups="\${groups%%"$line"*}$IFS\${groups#*"$line"}" ;; esac ;;
  esac
done
cgroups=
for group in $groups; do
  kill -s KILL -- "-\${group%% *}"
  cgroup=\${group#* }
  [ "$cgroup" != "$group" ] || continue
  echo 1 >"$cgroup/cgroup.kill" || while read -r pid; do kill -s KILL "$pid"; done <"$cgroup/cgroup.procs"
  cgroups="$cgroups$cgroup$IFS"
done
for cgroup in $cgroups; do
  for try in 1 2 3 4 5 6 7 8 9; do rmdir "$cgroup" && break; sleep 0.1; done
done
`;
