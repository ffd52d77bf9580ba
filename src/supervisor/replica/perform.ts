import type { RestartConfig } from '../../config/index.ts';
import type { ReplicaPlan } from '../../engine/index.ts';
import type { Passive } from '../../health/index.ts';
import { backoffMs, jittered } from '../backoff.ts';
import { cardOf, type Cards } from '../card/run.ts';
import type { SupervisorEffects } from '../effects.ts';
import type { FormerPids } from '../former-pids.ts';
import type { KeptOutput } from '../output/kept.ts';
import { createTimers } from '../timers.ts';
import { createIncarnation } from './incarnation.ts';
import type { Journal } from './journal.ts';
import { createProof } from './proof.ts';
import type { LifeEvent, ReplicaEffect, Stage, Timer } from './stage.ts';
import { createTraffic } from './traffic.ts';

/** What a replica's effects are performed with. */
export interface Workshop {
  readonly effects: SupervisorEffects;
  readonly cards: Cards;
  readonly formerPids: FormerPids;
  readonly output: KeptOutput;
}

/** Whose effects they are. */
export interface Owner {
  readonly policy: RestartConfig;
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
  /** What a real request met on the engine of now. */
  heard(passive: Passive): void;
  /** Nothing wakes it any more. */
  close(): void;
}

export function createPerformer(
  plan: ReplicaPlan,
  { effects, cards, formerPids, output }: Workshop,
  { policy, journal, stage, send }: Owner,
): Performer {
  const { name } = plan.replica;
  const card = cardOf(plan.replica.gpu);
  const timers = createTimers<Timer>(effects.clock);
  const traffic = createTraffic(plan, effects.dispatch);
  const incarnation = createIncarnation(plan, effects, output, send);
  const proof = createProof(plan, { effects, cards, formerPids });

  function wake(timer: Timer, afterMs: number, life: number): void {
    timers.set(timer, afterMs, () => send({ on: 'elapsed', life, timer }));
  }

  function prove(life: number): void {
    proof.begin((exit) => send(exit === undefined ? { on: 'card_proven', life } : { on: 'hindered', life, exit }));
  }

  function backOff(failures: number, atLeastMs: number, life: number): void {
    wake('backoff', Math.max(atLeastMs, jittered(backoffMs(failures, policy), effects.random())), life);
  }

  function perform(effect: ReplicaEffect, life: number): void {
    switch (effect.do) {
      case 'request_card':
        return cards.request(card, name, effect.use, () => send({ on: 'card_granted', life }));
      case 'seize_card':
        return cards.seize(card, name);
      case 'release_card':
        return cards.release(card, name);
      case 'prove_card':
        return prove(life);
      case 'give_up_proof':
        return proof.giveUp();
      case 'spawn':
        return incarnation.spawn(life, stage);
      case 'terminate_leader':
        return incarnation.terminateLeader();
      case 'kill_group':
        return incarnation.killGroup();
      case 'forget_group':
        return formerPids.add(card, incarnation.forget());
      case 'open':
        return traffic.open(effect.capacity);
      case 'close':
        return traffic.close(() => send({ on: 'idle', life }));
      case 'report_ending':
        return journal.ending(effect.exit, effect.ending);
      case 'wake':
        return wake(effect.timer, effect.afterMs, life);
      case 'back_off':
        return backOff(effect.failures, effect.atLeastMs, life);
    }
  }

  return {
    perform,
    pid: () => incarnation.pid(),
    heard: (passive) => incarnation.heard(passive),
    close: () => timers.cancelAll(),
  };
}
