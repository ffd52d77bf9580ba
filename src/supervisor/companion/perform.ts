import type { Clock, Log } from '../../telemetry/index.ts';
import { kill, untilGone } from '../group/gone.ts';
import type { Command, ProcessGroup, Processes } from '../group/process-group.ts';
import { createTimers } from '../timers.ts';
import type { CompanionEffect, CompanionEvent } from './state.ts';

export interface CompanionEffects {
  readonly clock: Clock;
  readonly processes: Processes;
  readonly log: Log;
}

/** The hands of a companion. */
export interface Performer {
  /** Throws if it cannot be spawned. */
  spawn(): void;
  perform(effect: CompanionEffect): void;
  /** The leader's process id while there is a life. */
  pid(): number | undefined;
}

type Send = (event: CompanionEvent) => void;

export function createPerformer(command: Command, effects: CompanionEffects, send: Send): Performer {
  const { clock, log, processes } = effects;
  const { name } = command;
  const timers = createTimers<'wake'>(clock);
  let group: ProcessGroup | undefined;

  function spawn(): void {
    const life = processes.spawn(command, (text) => log.info({ companion: name }, text));
    group = life;
    send({ on: 'spawned', atMs: clock.nowMs() });
    void live(life, name, effects, send);
  }

  function spawnAgain(): void {
    try {
      spawn();
    } catch (error) {
      log.error({ companion: name, err: error }, `${name} cannot be started; it is tried again`);
      send({ on: 'unspawned' });
    }
  }

  function perform(effect: CompanionEffect): void {
    switch (effect.do) {
      case 'spawn':
        return spawnAgain();
      case 'report_death':
        return log.warn({ companion: name, ...effect.exit }, `${name} died; it is started again`);
      case 'terminate_leader':
        return group?.terminateLeader();
      case 'kill_group':
        return group === undefined ? undefined : kill(group, name, log);
      case 'forget_group':
        group?.forget();
        group = undefined;
        return;
      case 'wake':
        return timers.set('wake', effect.afterMs, () => send({ on: 'elapsed' }));
      case 'sleep':
        return timers.cancelAll();
    }
  }

  return { spawn, perform, pid: () => group?.pid };
}

/** Tells of one life, until no process of it is left. */
async function live(life: ProcessGroup, name: string, effects: CompanionEffects, send: Send): Promise<void> {
  send({ on: 'exited', exit: await life.exited });
  await untilGone(life, name, effects, () => true);
  send({ on: 'gone', atMs: effects.clock.nowMs() });
}
