import type { Clock, Log } from '../../telemetry/index.ts';
import { delay, kill, untilGone } from '../group/gone.ts';
import type { Command, ProcessGroup, Processes } from '../group/process-group.ts';

/** Waits before a companion is started again: short, for everybody needs it. */
const RESTART_MS = 100;
const RESTART_MS_MAX = 5_000;

/** A companion that lived this long had no trouble starting. */
const SETTLED_MS = 30_000;

/** How long a companion may take to leave when asked: Redis writes its file first. */
const STOP_GRACE_MS = 10_000;

export interface CompanionEffects {
  readonly clock: Clock;
  readonly processes: Processes;
  readonly log: Log;
}

/** A process beside the engines that is kept running: no card, no readiness, no drain. */
export interface Companion {
  /** Starts it and keeps it running from then on. Throws if it cannot be spawned the first time. */
  start(): void;
  /** The leader's process id while it runs. */
  pid(): number | undefined;
  /** SIGTERM, then SIGKILL after a grace. Resolves when no process of it is left; it stays down. */
  stop(): Promise<void>;
}

export function createCompanion(command: Command, effects: CompanionEffects): Companion {
  const { clock, log } = effects;
  const { name } = command;
  const stopping = Promise.withResolvers<void>();
  let group: ProcessGroup | undefined;
  let kept: Promise<void> = Promise.resolve();
  let isStopping = false;

  function spawn(): ProcessGroup {
    return effects.processes.spawn(command, (text) => log.info({ companion: name }, text));
  }

  /** Runs one life after the other until it is asked to stop. */
  async function keep(first: ProcessGroup): Promise<void> {
    let restartMs = RESTART_MS;
    for (let life: ProcessGroup | undefined = first; ; life = again()) {
      const bornAtMs = clock.nowMs();
      if (life !== undefined) await live(life);
      if (isStopping) return;
      if (clock.nowMs() - bornAtMs >= SETTLED_MS) restartMs = RESTART_MS;
      await Promise.race([delay(restartMs, clock), stopping.promise]);
      restartMs = Math.min(restartMs * 2, RESTART_MS_MAX);
    }
  }

  /** One life, until no process of it is left; what a leader leaves behind is killed. */
  async function live(life: ProcessGroup): Promise<void> {
    group = life;
    const exit = await life.exited;
    if (!isStopping) log.warn({ companion: name, ...exit }, `${name} died; it is started again`);
    kill(life, name, log);
    await untilGone(life, name, effects, () => true);
    life.forget();
    group = undefined;
  }

  /** `undefined` when it cannot be spawned now, or is not to be any more. */
  function again(): ProcessGroup | undefined {
    if (isStopping) return undefined;
    try {
      return spawn();
    } catch (error) {
      log.error({ companion: name, err: error }, `${name} cannot be started; it is tried again`);
      return undefined;
    }
  }

  return {
    start() {
      kept = keep(spawn());
    },
    pid: () => group?.pid,
    async stop() {
      isStopping = true;
      stopping.resolve();
      group?.terminateLeader();
      const cancelKill = clock.after(STOP_GRACE_MS, () => group !== undefined && kill(group, name, log));
      await kept;
      cancelKill();
    },
  };
}
