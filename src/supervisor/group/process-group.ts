/** A command for a group of its own. */
export interface Command {
  /** What it is recorded and logged as. */
  readonly name: string;
  /** Found by the `PATH` of `env` where it has no slash. */
  readonly argv: readonly [string, ...string[]];
  /** The child's whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Absolute; absent: this process's own. */
  readonly cwd?: string;
}

/** How a process ended: one of the two is null. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A member that its group cannot live without. */
export interface VitalProcess {
  readonly pid: number;
  /** Command name as the kernel has it: the first 15 bytes (proc_pid_comm(5)). */
  readonly comm: string;
}

/** Who listens on a port; both are unknown where it is another user's. */
export interface PortHolder {
  readonly pid: number | undefined;
  /** Its comm. */
  readonly name: string | undefined;
}

/**
 * One spawned command and all that it spawned: a session whose leader is the command itself and, where cgroup v2 is
 * ours to divide, a cgroup that also holds what left the session. Signals follow one rule: SIGTERM to the leader only,
 * SIGKILL to the group only (vllm#50529, vllm#55510).
 */
export interface ProcessGroup {
  /** Of the leader; also the id of the group and of the session. */
  readonly pid: number;
  /** When the leader exits; the group may live on. */
  readonly exited: Promise<Exit>;
  /** When nobody holds the output's write end any more. */
  readonly outputEnded: Promise<void>;
  /** Sends SIGTERM to the leader if it still runs. */
  terminateLeader(): void;
  /** Sends SIGKILL to every member. */
  killGroup(): void;
  /** Processes of the session and the cgroup that still run; zombies hold nothing and do not count. */
  members(): readonly number[];
  /** Pids ever seen in it, the latest `EVER_MEMBERS_MAX`: a driver may still list them when they are gone. */
  everMembers(): readonly number[];
  /**
   * Calls `lost` once, when a member that `isVital` names by its comm has ended: killed, exited, or a zombie. Members
   * are found as they appear. The function it returns stops the watch.
   */
  onVitalDeath(isVital: (comm: string) => boolean, lost: (process: VitalProcess) => void): () => void;
  /**
   * Processes that the kernel killed for want of memory since it began: its own, where cgroup v2 counts them for it;
   * else those of the whole host, of which any may have been another's.
   */
  oomKills(): number;
  /** Takes the group off the guard's list and off the record, and removes its cgroup. Only once `members` is empty. */
  forget(): void;
}

/** The processes of this host that belong to this program. */
export interface Processes {
  /**
   * Kills what an earlier life of this program left behind and waits until it is gone. Must be awaited before the
   * first spawn; a second call answers like the first.
   */
  sweep(): Promise<void>;
  /** Starts a command; `onLine` gets its output, stdout and stderr in the order written. Throws if it cannot. */
  spawn(command: Command, onLine: (text: string) => void): ProcessGroup;
  /** Who listens on a TCP port, on loopback or on all addresses; `undefined`: nobody that can be seen. */
  holderOf(port: number): PortHolder | undefined;
  /**
   * Removes a unix socket's file if there is one: vLLM does not, and then fails to bind (`[Errno 98]`). Its directory
   * is there afterwards: somebody may have cleaned up under a running program.
   */
  removeSocket(path: string): void;
  /** Ends the guard and clears the record; one that cannot be removed is told. Only once every group has been forgotten. */
  close(): Promise<void>;
}
