import type { Cancel, Clock, Log } from '../../telemetry/index.ts';
import { startGuardProcess, type GuardProcess } from './guard-process.ts';

/** Before a guard that died is started again: at once the first time, then slower. */
const RESTART_MS = 100;
const RESTART_MS_MAX = 10_000;

/** A guard that lived this long had no trouble starting. */
const SETTLED_MS = 60_000;

export interface KeeperEffects {
  readonly clock: Clock;
  readonly log: Log;
}

/** Sees to it that there is a guard. */
export interface Keeper {
  /** The one that runs, or was the last to. */
  guard(): GuardProcess;
  stop(): void;
}

/** Starts one, and another whenever it died; `onRestart` brings its successor up to date. */
export function keepGuard({ clock, log }: KeeperEffects, onRestart: (guard: GuardProcess) => void): Keeper {
  let isStopped = false;
  let restartMs = 0;
  let cancelRestart: Cancel | undefined;
  let guard = start();

  function start(): GuardProcess {
    const startedAtMs = clock.nowMs();
    const started = startGuardProcess(log);
    void started.exited.then(() => again(startedAtMs));
    return started;
  }

  function again(startedAtMs: number): void {
    if (isStopped) return;
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
    onRestart(guard);
  }

  return {
    guard: () => guard,
    stop() {
      isStopped = true;
      cancelRestart?.();
    },
  };
}
