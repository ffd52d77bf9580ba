import type { RestartConfig } from '../../config/index.ts';
import type { ReplicaPlan } from '../../engine/index.ts';
import { backoffMs, jittered } from '../backoff.ts';
import { cardOf, type Cards } from '../card/run.ts';
import type { SupervisorEffects } from '../effects.ts';
import type { KeptOutput } from '../output/kept.ts';
import { createTimers } from '../timers.ts';
import { createIncarnation } from './incarnation.ts';
import type { Journal } from './journal.ts';
import type { LifeEvent, ReplicaEffect, Stage, Timer } from './stage.ts';
import { createTraffic } from './traffic.ts';

/** What a replica's effects are performed with. */
export interface Workshop {
  readonly effects: SupervisorEffects;
  readonly policy: RestartConfig;
  readonly cards: Cards;
  readonly output: KeptOutput;
}

/** Whose effects they are. */
export interface Owner {
  readonly journal: Journal;
  readonly stage: (this: void) => Stage;
  readonly send: (this: void, event: LifeEvent) => void;
}

/** The hands of one replica. */
export interface Performer {
  /** What comes of it is sent as events of `life`. */
  perform(effect: ReplicaEffect, life: number): void;
  /** The leader's process id, while there is one. */
  pid(): number | undefined;
  /** Nothing wakes it any more. */
  close(): void;
}

export function createPerformer(
  plan: ReplicaPlan,
  { effects, policy, cards, output }: Workshop,
  { journal, stage, send }: Owner,
): Performer {
  const { name } = plan.replica;
  const card = cardOf(plan.replica.gpu);
  const timers = createTimers<Timer>(effects.clock);
  const traffic = createTraffic(plan, effects.dispatch);
  const incarnation = createIncarnation(plan, effects, output, send);

  function wake(timer: Timer, afterMs: number, life: number): void {
    timers.set(timer, afterMs, () => send({ on: 'elapsed', life, timer }));
  }

  function perform(effect: ReplicaEffect, life: number): void {
    switch (effect.do) {
      case 'request_card':
        return cards.request(card, name, effect.use, () => send({ on: 'card_granted', life }));
      case 'seize_card':
        return cards.seize(card, name);
      case 'release_card':
        return cards.release(card, name);
      case 'spawn':
        return incarnation.spawn(life, stage);
      case 'terminate_leader':
        return incarnation.terminateLeader();
      case 'kill_group':
        return incarnation.killGroup();
      case 'forget_group':
        return incarnation.forget();
      case 'open':
        return traffic.open(effect.capacity);
      case 'close':
        return traffic.close(() => send({ on: 'idle', life }));
      case 'report_ending':
        return journal.ending(effect.exit, effect.use);
      case 'wake':
        return wake(effect.timer, effect.afterMs, life);
      case 'back_off':
        return wake('backoff', jittered(backoffMs(effect.failures, policy), effects.random()), life);
    }
  }

  return { perform, pid: () => incarnation.pid(), close: () => timers.cancelAll() };
}
