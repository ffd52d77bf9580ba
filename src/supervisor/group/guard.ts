import type { Cancel, Clock, Log } from '../../telemetry/index.ts';
import { GUARD_SCRIPT } from './guard-script.ts';

/** Before a guard that died is started again: at once the first time, then slower. */
const RESTART_MS = 100;
const RESTART_MS_MAX = 10_000;

/** A guard that lived this long had no trouble starting. */
const SETTLED_MS = 60_000;

/** How long an orderly end of the guard may take. */
const CLOSE_MS = 2_000;

/** Kills the groups it was told of when this program dies, however it dies. */
export interface Guard {
  readonly pid: number | undefined;
  /** Resolves once the guard's pipe holds the line: from then on the group dies with this program. */
  add(pgid: number): Promise<void>;
  remove(pgid: number): void;
  close(): Promise<void>;
}

/** Starts the guard in a session of its own and keeps it running. */
export function createGuard({ clock, log }: { readonly clock: Clock; readonly log: Log }): Guard {
  const groups = new Set<number>();
  let isClosing = false;
  let restartMs = 0;
  let cancelRestart: Cancel | undefined;
  let guard = start();

  function start() {
    const startedAtMs = clock.nowMs();
    const child = Bun.spawn(['/bin/sh', '-c', GUARD_SCRIPT, 'ssw-infer-guard'], {
      detached: true,
      cwd: '/',
      env: {},
      stdin: 'pipe',
      stdout: 'ignore',
      stderr: 'ignore',
    });
    void child.exited.then(() => again(startedAtMs));
    return child;
  }

  function again(startedAtMs: number): void {
    if (isClosing) return;
    if (clock.nowMs() - startedAtMs >= SETTLED_MS) restartMs = 0;
    log.warn({ afterMs: restartMs }, 'the guard died; it is started again and told all groups');
    cancelRestart = clock.after(restartMs, restart);
    restartMs = Math.min(Math.max(restartMs * 2, RESTART_MS), RESTART_MS_MAX);
  }

  function restart(): void {
    try {
      guard = start();
    } catch (error) {
      log.error({ err: error }, 'the guard cannot be started; until it is, kill -9 of this program leaves engines');
      cancelRestart = clock.after(RESTART_MS_MAX, restart);
      return;
    }
    for (const pgid of groups) void tell(`+ ${pgid}\n`);
  }

  /** A guard that dies meanwhile hears nothing, and its pipe may say so or not; its successor is told everything. */
  function tell(line: string): Promise<unknown> {
    return Promise.race([guard.exited, write(line)]);
  }

  async function write(line: string): Promise<void> {
    try {
      await guard.stdin.write(line);
      await guard.stdin.flush();
    } catch (error) {
      log.debug({ err: error }, 'the guard could not be told; its successor will be');
    }
  }

  async function hangUp(): Promise<void> {
    try {
      await guard.stdin.end();
    } catch (error) {
      log.debug({ err: error }, 'the guard was dead already');
    }
  }

  return {
    get pid() {
      return guard.exitCode === null && guard.signalCode === null ? guard.pid : undefined;
    },
    async add(pgid) {
      groups.add(pgid);
      await tell(`+ ${pgid}\n`);
    },
    remove(pgid) {
      groups.delete(pgid);
      void tell(`- ${pgid}\n`);
    },
    async close() {
      isClosing = true;
      cancelRestart?.();
      const cancelKill = clock.after(CLOSE_MS, () => guard.kill('SIGKILL'));
      void hangUp();
      await guard.exited;
      cancelKill();
    },
  };
}
