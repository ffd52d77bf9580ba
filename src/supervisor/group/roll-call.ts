import type { Cancel, Clock, Log } from '../../telemetry/index.ts';
import { sessionOf } from './identity.ts';
import { cgroupMembers } from './members.ts';
import { readProcessTable } from './proc.ts';
import type { RecordedGroup } from './record.ts';

/** Between two tables of the host's processes, however many groups start at once: one costs 6 µs a process. */
export const ROLL_CALL_MS = 1_000;

export interface RollCallEffects {
  readonly clock: Clock;
  readonly log: Log;
  readonly bootId: string;
}

/** Sees who is in the groups that nobody watches yet: what one starts with may be gone before it serves. */
export interface RollCall {
  /** Tells who is in a group, once, soon: within `ROLL_CALL_MS`. To be asked at each sign of life. */
  ask(group: RecordedGroup, seen: (pids: readonly number[]) => void): void;
  /** It is asked about no more. */
  drop(group: RecordedGroup): void;
}

export function createRollCall({ clock, log, bootId }: RollCallEffects): RollCall {
  const asked = new Map<RecordedGroup, (pids: readonly number[]) => void>();
  let calledAtMs = -Infinity;
  let cancel: Cancel | undefined;

  function call(): void {
    cancel = undefined;
    calledAtMs = clock.nowMs();
    const groups = [...asked];
    asked.clear();
    try {
      const table = readProcessTable();
      for (const [group, seen] of groups) {
        seen([...sessionOf(group, table, bootId).map(({ pid }) => pid), ...cgroupMembers(group, bootId)]);
      }
    } catch (error) {
      log.warn({ err: error }, 'processes cannot be listed at present; the kernel may name one that nobody knows');
    }
  }

  return {
    ask(group, seen) {
      asked.set(group, seen);
      cancel ??= clock.after(Math.max(0, calledAtMs + ROLL_CALL_MS - clock.nowMs()), call);
    },
    drop(group) {
      asked.delete(group);
      if (asked.size > 0) return;
      cancel?.();
      cancel = undefined;
    },
  };
}
