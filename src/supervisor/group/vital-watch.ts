import type { Cancel, Clock, Log } from '../../telemetry/index.ts';
import { isOver, membersOf, type GroupIdentity } from './identity.ts';
import type { ProcessStat } from './proc-stat.ts';
import { readProcess, readProcessTable } from './proc.ts';
import type { VitalProcess } from './process-group.ts';

/** How often it is looked whether vital processes live: a wake-up costs more than the few µs of each look. */
export const VITAL_LOOK_MS = 250;

/**
 * How often all processes of the host are looked through for vital ones: at once for a group that is new, each second
 * while one that is young has none yet, and otherwise now and then, for those that come late.
 */
const SEARCH_MS = 1_000;
const YOUNG_MS = 10 * 60_000;
const SCAN_MS = 10_000;

export interface WatchEffects {
  readonly clock: Clock;
  readonly log: Log;
  readonly bootId: string;
}

/** Whose vital members are watched, and who is told. */
export interface Watched {
  readonly group: GroupIdentity;
  isVital(this: void, comm: string): boolean;
  lost(this: void, process: VitalProcess): void;
  /** All pids of the session, at each search. */
  seen(this: void, pids: readonly number[]): void;
}

/** Watches the vital processes of all groups, with one timer. */
export interface VitalWatch {
  /** Tells of the first that ends, then of no other. What it returns stops it. */
  watch(watched: Watched): Cancel;
}

interface Entry extends Watched {
  readonly sinceMs: number;
  readonly vital: Map<number, ProcessStat>;
}

export function createVitalWatch(effects: WatchEffects): VitalWatch {
  const { clock } = effects;
  const entries = new Set<Entry>();
  const search = createSearch(effects);
  let cancelLook: Cancel | undefined;

  function schedule(): void {
    cancelLook?.();
    cancelLook = entries.size === 0 ? undefined : clock.after(VITAL_LOOK_MS, look);
  }

  function look(): void {
    search(entries);
    const lost: { readonly entry: Entry; readonly process: ProcessStat }[] = [];
    for (const entry of entries) {
      const process = firstDead(entry.vital);
      if (process !== undefined) lost.push({ entry, process });
    }
    for (const { entry } of lost) entries.delete(entry);
    schedule();
    for (const { entry, process } of lost) entry.lost({ pid: process.pid, comm: process.comm });
  }

  return {
    watch(watched) {
      const entry = { ...watched, sinceMs: clock.nowMs(), vital: new Map<number, ProcessStat>() };
      entries.add(entry);
      if (cancelLook === undefined) schedule();
      return () => {
        entries.delete(entry);
        if (entries.size === 0) schedule();
      };
    },
  };
}

/** Finds the vital members of all groups in one table of the host's processes, whenever that is due. */
function createSearch({ clock, log, bootId }: WatchEffects): (entries: ReadonlySet<Entry>) => void {
  let searchedAtMs = -Infinity;
  let isBlind = false;

  return (entries) => {
    const nowMs = clock.nowMs();
    const isNew = [...entries].some(({ sinceMs }) => sinceMs >= searchedAtMs);
    const isWanting = [...entries].some(({ vital, sinceMs }) => vital.size === 0 && nowMs - sinceMs < YOUNG_MS);
    if (!isNew && nowMs - searchedAtMs < (isWanting ? SEARCH_MS : SCAN_MS)) return;
    searchedAtMs = nowMs;
    try {
      const table = readProcessTable();
      for (const entry of entries) find(entry, membersOf(entry.group, table, bootId));
      isBlind = false;
    } catch (error) {
      if (!isBlind) log.error({ err: error }, 'processes cannot be listed at present; a core may die unseen');
      isBlind = true;
    }
  };
}

function find({ vital, isVital, seen }: Entry, members: readonly ProcessStat[]): void {
  seen(members.map(({ pid }) => pid));
  for (const member of members) {
    if (!vital.has(member.pid) && isVital(member.comm)) vital.set(member.pid, member);
  }
}

function firstDead(vital: ReadonlyMap<number, ProcessStat>): ProcessStat | undefined {
  return [...vital.values()].find(hasEnded);
}

/** Another start time is another process: pids come back. What cannot be seen, for want of a file descriptor say, lives. */
function hasEnded(known: ProcessStat): boolean {
  try {
    const now = readProcess(known.pid);
    return now === undefined || now.startTicks !== known.startTicks || isOver(now);
  } catch {
    return false;
  }
}
