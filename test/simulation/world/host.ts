import type { ProcessStat } from '../../../src/supervisor/group/proc-stat.ts';

/** The processes of a host, as its kernel keeps them. */
export interface Host {
  /** The table of `/proc`. */
  table(): readonly ProcessStat[];
  /** A new process; a leader of its own session where none is given. */
  spawn(comm: string, session?: number): ProcessStat;
  end(pid: number): void;
  isAlive(pid: number): boolean;
  /** Pids of a session that still run. */
  inSession(session: number): readonly number[];
}

/** Clock ticks of a second (sysconf(3), `_SC_CLK_TCK`). */
const TICKS = 100;

export function createHost(nowMs: () => number): Host {
  const processes = new Map<number, ProcessStat>();
  let lastPid = 1000;

  return {
    table: () => [...processes.values()],
    spawn(comm, session) {
      const pid = (lastPid += 1);
      const group = session ?? pid;
      const startTicks = Math.floor((nowMs() / 1000) * TICKS);
      const process = { pid, comm, state: 'S', processGroup: group, session: group, threads: 1, startTicks };
      processes.set(pid, process);
      return process;
    },
    end: (pid) => void processes.delete(pid),
    isAlive: (pid) => processes.has(pid),
    inSession: (session) => [...processes.values()].filter((it) => it.session === session).map((it) => it.pid),
  };
}
