import { delay, type Clock, type Log } from '../../telemetry/index.ts';
import { removeCgroup } from './cgroup.ts';
import { cgroupOf, killRunning, runningPids } from './members.ts';
import type { GroupRecord, RecordedGroup, RecordFile } from './record.ts';

/** How long what is killed at a start may take to go; a process in uninterruptible sleep takes longer. */
const SWEEP_MS_MAX = 10_000;
const SWEEP_POLL_MS = 20;

interface SweepEffects {
  readonly clock: Clock;
  readonly log: Log;
  readonly bootId: string;
}

/** Kills what the record says an earlier life left behind. Rejects if something stays. */
export async function sweepRecorded(file: RecordFile, effects: SweepEffects): Promise<void> {
  const record = readOrTell(file, effects.log);
  if (record === undefined) return;
  for (const group of record.groups) await sweepGroup(group, effects);
  file.remove();
}

/** A record that cannot be read must not keep the host down: what it named, if it still runs, holds its card and shows there. */
function readOrTell(file: RecordFile, log: Log): GroupRecord | undefined {
  try {
    return file.read();
  } catch (error) {
    log.error({ err: error }, 'what an earlier run left behind, if anything, is not known; look for stray engines');
    return undefined;
  }
}

async function sweepGroup(group: RecordedGroup, { clock, log, bootId }: SweepEffects): Promise<void> {
  const untilMs = clock.nowMs() + SWEEP_MS_MAX;
  const found = runningPids(group, bootId);
  if (found.length > 0) log.warn({ group: group.name, pids: found }, 'killing what an earlier run left behind');
  for (let left = found; left.length > 0; left = runningPids(group, bootId)) {
    if (clock.nowMs() >= untilMs) {
      throw new Error(
        `processes ${left.join(', ')} of ${group.name}, from an earlier run, do not die; reboot the host`,
      );
    }
    killRunning(group, bootId);
    await delay(clock, SWEEP_POLL_MS);
  }
  const cgroup = cgroupOf(group, bootId);
  if (cgroup !== undefined) removeCgroup(cgroup, log);
}
