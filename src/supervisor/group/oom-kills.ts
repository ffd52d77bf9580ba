import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cancel, Clock } from '../../telemetry/index.ts';
import type { CgroupIdentity } from './cgroup.ts';

/** Counts of the whole host (proc_vmstat(5)); `oom_kill` since Linux 4.13. */
const VMSTAT = '/proc/vmstat';

/**
 * A kill longer ago explains no ending of now. No longer than the kernel's lines are kept: whatever is counted must
 * have its line, where the log can be read.
 */
export const OOM_KILLS_OLDEST_MS = 5 * 60_000;

/** How often the count is noted while nobody asks: one small file. What is counted is so much younger at most. */
export const OOM_NOTE_EVERY_MS = 60_000;

/** What the kernel kills for want of memory, of late. */
export interface OomKills {
  /** Of the last `OOM_KILLS_OLDEST_MS`, or less by `OOM_NOTE_EVERY_MS`. */
  count(): number;
  stop(): void;
}

interface Note {
  readonly atMs: number;
  /** Of its cgroup, where that counts. */
  readonly own: number | undefined;
  readonly ofHost: number | undefined;
}

/**
 * Counts from now on, until `stop`. A cgroup with the memory controller has a count of its own (`oom_kill` of
 * `memory.events`, cgroup v2), until it is removed; elsewhere it is that of the host, of which any may be another's.
 */
export function countOomKills(cgroup: CgroupIdentity | undefined, clock: Clock, vmstat: string = VMSTAT): OomKills {
  const take = (): Note => ({
    atMs: clock.nowMs(),
    own: cgroup === undefined ? undefined : oomKillsIn(join(cgroup.path, 'memory.events')),
    ofHost: oomKillsIn(vmstat),
  });
  let notes: readonly Note[] = [take()];
  let cancel: Cancel = clock.after(OOM_NOTE_EVERY_MS, noteNowAndThen);

  function recent(): readonly Note[] {
    const oldestMs = clock.nowMs() - OOM_KILLS_OLDEST_MS;
    return notes.filter(({ atMs }) => atMs >= oldestMs);
  }

  function noteNowAndThen(): void {
    notes = [...recent(), take()];
    cancel = clock.after(OOM_NOTE_EVERY_MS, noteNowAndThen);
  }

  return {
    count() {
      const now = take();
      const of = now.own === undefined ? 'ofHost' : 'own';
      const before = recent().find((note) => note[of] !== undefined) ?? now;
      return (now[of] ?? 0) - (before[of] ?? 0);
    },
    stop: () => cancel(),
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
