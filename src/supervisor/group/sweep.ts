import type { Clock, Log } from '../../telemetry/index.ts';
import { membersOf, type GroupIdentity } from './identity.ts';
import { readProcess, readProcessTable } from './proc.ts';
import type { ProcessStat } from './proc-stat.ts';
import type { RecordedGroup, RecordFile } from './record.ts';
import { signalSession } from './signal.ts';

/** How long what is killed at a start may take to go; a process in uninterruptible sleep takes longer. */
const SWEEP_MS_MAX = 10_000;
const SWEEP_POLL_MS = 20;

interface SweepEffects {
  readonly clock: Clock;
  readonly log: Log;
  readonly bootId: string;
}

/** Kills what the record says an earlier life left behind. Rejects while that life goes on, or if something stays. */
export async function sweepRecorded(file: RecordFile, effects: SweepEffects): Promise<void> {
  const record = file.read();
  if (record === undefined) return;
  if (isAlive(record.owner, effects.bootId)) {
    throw new Error(`ssw-infer runs already, as process ${record.owner.pgid}, with ${file.path}; stop it first`);
  }
  for (const group of record.groups) await sweepGroup(group, effects);
  file.remove();
}

async function sweepGroup(group: RecordedGroup, { clock, log, bootId }: SweepEffects): Promise<void> {
  const survivors = (): readonly ProcessStat[] => membersOf(group, readProcessTable(), bootId);
  const untilMs = clock.nowMs() + SWEEP_MS_MAX;
  const found = survivors();
  if (found.length > 0) log.warn({ group: group.name, pids: pidsOf(found) }, 'killing what an earlier run left behind');
  for (let left = found; left.length > 0; left = survivors()) {
    if (clock.nowMs() >= untilMs) {
      const pids = pidsOf(left).join(', ');
      throw new Error(`processes ${pids} of ${group.name}, from an earlier run, do not die; reboot the host`);
    }
    signalSession(left);
    await new Promise<void>((resolve) => {
      clock.after(SWEEP_POLL_MS, resolve);
    });
  }
}

function pidsOf(processes: readonly ProcessStat[]): readonly number[] {
  return processes.map((process) => process.pid);
}

function isAlive(owner: GroupIdentity, bootId: string): boolean {
  const process = readProcess(owner.pgid);
  return owner.bootId === bootId && process?.startTicks === owner.startTicks && process.state !== 'Z';
}
