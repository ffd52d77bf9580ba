import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { processesMarked } from '../../support/processes.ts';

/** Often enough to see every engine that lives for a moment. */
const LOOK_EVERY_MS = 100;

/** Remembers every process, session and cgroup that ever belonged to a place. */
export interface Witness {
  /** Stops looking; says what of all that is still there. */
  leftovers(): readonly string[];
  seen(): number;
  stop(): void;
}

interface Stat {
  readonly pid: number;
  readonly name: string;
  readonly session: number;
  /** With the pid it names a process for good. */
  readonly startedAtTicks: number;
}

export function createWitness(directory: string): Witness {
  const processes = new Map<string, Stat>();
  const cgroups = new Set<string>();
  const own = { session: statOf(process.pid)?.session, cgroup: cgroupOf(process.pid) };
  const look = (): void => {
    for (const { pid } of processesMarked(directory)) {
      const stat = statOf(pid);
      if (stat !== undefined) processes.set(`${pid} ${stat.startedAtTicks}`, stat);
      const cgroup = cgroupOf(pid);
      if (cgroup !== undefined && cgroup !== own.cgroup) cgroups.add(cgroup);
    }
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  const stop = () => clearInterval(timer);
  return {
    stop,
    seen: () => processes.size,
    leftovers() {
      look();
      stop();
      const seen = [...processes.values()];
      const living = seen.filter(({ pid, startedAtTicks }) => statOf(pid)?.startedAtTicks === startedAtTicks);
      const sessions = new Set(seen.map((it) => it.session).filter((it) => it !== own.session));
      const members = all().filter((it) => sessions.has(it.session) && !isReused(it.session, seen));
      return [
        ...living.map((it) => `process ${it.pid} (${it.name})`),
        ...members.map((it) => `process ${it.pid} (${it.name}) in session ${it.session}`),
        ...[...cgroups].filter((it) => existsSync(it)).map((it) => `cgroup ${it}`),
      ];
    },
  };
}

/** Somebody else leads a session of that number now. */
function isReused(session: number, seen: readonly Stat[]): boolean {
  const leader = statOf(session);
  return leader !== undefined && !seen.some((it) => it.pid === session && it.startedAtTicks === leader.startedAtTicks);
}

function all(): readonly Stat[] {
  return readdirSync('/proc')
    .filter((it) => /^\d+$/.test(it))
    .flatMap((pid) => statOf(Number(pid)) ?? []);
}

/** A zombie is gone already; only its parent has not looked. Fields as proc_pid_stat(5) numbers them, from the third. */
function statOf(pid: number): Stat | undefined {
  const [, name = '', rest = ''] = /^\d+ \((.*)\) (.*)$/s.exec(read(`/proc/${pid}/stat`)) ?? [];
  const fields = rest.split(' ');
  if (fields[0] === undefined || fields[0] === '' || fields[0] === 'Z') return undefined;
  return { pid, name, session: Number(fields[3]), startedAtTicks: Number(fields[19]) };
}

/** Its directory in the v2 hierarchy where that is mounted at the usual place. */
function cgroupOf(pid: number): string | undefined {
  const path = /^0::(\/.+)$/m.exec(read(`/proc/${pid}/cgroup`))?.[1];
  return path === undefined ? undefined : `/sys/fs/cgroup${path}`;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // it ended meanwhile
  }
}
