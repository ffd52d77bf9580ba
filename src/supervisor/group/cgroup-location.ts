/** Fields of a line of `/proc/PID/mountinfo` before the separator (proc_pid_mountinfo(5)). */
const ROOT = 3;
const MOUNT_POINT = 4;

/**
 * The directory of a process's cgroup in the v2 hierarchy, from its `/proc/PID/mountinfo` and `/proc/PID/cgroup`, as
 * that process sees it. On hybrid hosts v2 has a mount of its own beside those of v1 (cgroups(7)). `undefined` where
 * v2 is not mounted, or the cgroup lies outside of what is mounted, or has been removed.
 */
export function locateCgroup(mountInfo: string, membership: string): string | undefined {
  const own = /^0::(\/.*)$/m.exec(membership)?.[1];
  if (own === undefined || own.startsWith('/..') || own.endsWith(' (deleted)')) return undefined;
  for (const { root, mountPoint } of v2Mounts(mountInfo)) {
    const below = pathBelow(root, own);
    if (below !== undefined) return `${mountPoint}${below}`;
  }
  return undefined;
}

function v2Mounts(mountInfo: string): readonly { readonly root: string; readonly mountPoint: string }[] {
  return mountInfo
    .split('\n')
    .map((line) => line.split(' - '))
    .filter(([, after]) => after?.startsWith('cgroup2 '))
    .map(([before = '']) => before.split(' '))
    .map((fields) => ({ root: unescape(fields[ROOT] ?? ''), mountPoint: unescape(fields[MOUNT_POINT] ?? '') }));
}

/** `''` for the root itself, else with a leading slash. */
function pathBelow(root: string, path: string): string | undefined {
  const prefix = root === '/' ? '' : root;
  if (path === '/' || path === prefix) return path === root ? '' : undefined;
  return path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : undefined;
}

/** Space, tab, line end and backslash stand as `\040` and so on. */
function unescape(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCodePoint(Number.parseInt(octal, 8)));
}
