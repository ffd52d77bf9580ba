import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CgroupIdentity } from './cgroup.ts';

/** Counts of the whole host (proc_vmstat(5)); `oom_kill` since Linux 4.13. */
const VMSTAT = '/proc/vmstat';

/**
 * Counts what the kernel kills for want of memory, from now on, until its cgroup is removed. A cgroup with the memory controller has a count of its
 * own (`oom_kill` of `memory.events`, cgroup v2); elsewhere it is that of the host, of which any may be another's.
 */
export function countOomKills(cgroup: CgroupIdentity | undefined, vmstat: string = VMSTAT): () => number {
  const ofHostBefore = oomKillsIn(vmstat) ?? 0;
  return () => {
    const own = cgroup === undefined ? undefined : oomKillsIn(join(cgroup.path, 'memory.events'));
    return own ?? (oomKillsIn(vmstat) ?? 0) - ofHostBefore;
  };
}

/** `undefined` where there is no such file or line, or none for us to read. */
function oomKillsIn(path: string): number | undefined {
  try {
    const count = /^oom_kill (\d+)$/m.exec(readFileSync(path, 'utf8'))?.[1];
    return count === undefined ? undefined : Number(count);
  } catch {
    return undefined;
  }
}
