import type { RestartConfig } from '../../config/index.ts';
import type { ReplicaPlan } from '../../engine/index.ts';
import type { Passive } from '../../health/index.ts';
import { backoffMs, jittered } from '../backoff.ts';
import { rememberAddresses } from '../card/address.ts';
import type { CardReader } from '../card/reading.ts';
import { cardOf, type Cards } from '../card/run.ts';
import type { SupervisorEffects } from '../effects.ts';
import type { FormerPids } from '../former-pids.ts';
import type { KeptOutput } from '../output/kept.ts';
import { createAlarms } from './alarms.ts';
import { createIncarnation, type Incarnation } from './incarnation.ts';
import type { Journal } from './journal.ts';
import { afterMishap, ownFault } from './mishap.ts';
import { createPostMortem, type PostMortem } from './post-mortem.ts';
import { createProof, type Proof } from './proof.ts';
import type { LifeEvent, ReplicaEffect, Stage, Timer } from './stage.ts';
import { createTraffic, type Traffic } from './traffic.ts';

/** What a replica's effects are performed with. */
export interface Workshop {
  readonly effects: SupervisorEffects;
  readonly cards: Cards;
  readonly formerPids: FormerPids;
  readonly output: KeptOutput;
}

/** Whose effects they are. */
export interface Owner {
  readonly policy: (this: void) => RestartConfig;
  readonly journal: Journal;
  readonly stage: (this: void) => Stage;
  readonly send: (this: void, event: LifeEvent) => void;
}

/** The hands of one replica. */
export interface Performer {
  /**
   * What comes of it is sent as events of `life`. Never throws: what fails is told, and goes on as `afterMishap` says.
   * The clock alone is trusted.
   */
  perform(effect: ReplicaEffect, life: number): void;
  /** The leader's process id, while there is one. */
  pid(): number | undefined;
  /** What a real request met on the engine of now. */
  heard(passive: Passive): void;
  /** Nothing wakes it any more. */
  close(): void;
}

interface Tools {
  readonly incarnation: Incarnation;
  readonly postMortem: PostMortem;
  readonly proof: Proof;
  readonly traffic: Traffic;
}

export function createPerformer(plan: ReplicaPlan, workshop: Workshop, owner: Owner): Performer {
  const { clock, log, random, unixMs } = workshop.effects;
  const { policy, send } = owner;
  const { name } = plan.replica;
  const alarms = createAlarms(clock);
  const tools = createTools(plan, workshop, send);
  const work = createWork(plan, workshop, owner, tools);

  function wake(timer: Timer, afterMs: number, life: number): void {
    alarms.set(timer, afterMs, () => send({ on: 'elapsed', life, timer }));
  }

  function start(effect: ReplicaEffect, life: number): Promise<void> | void {
    if (effect.do === 'wake') return wake(effect.timer, effect.afterMs, life);
    if (effect.do !== 'back_off') return work(effect, life);
    wake('backoff', policy().backoffMaxMs, life); // until the right wait is known
    wake('backoff', Math.max(effect.atLeastMs, jittered(backoffMs(effect.failures, policy()), random())), life);
  }

  function failed(effect: ReplicaEffect, life: number, error: unknown): void {
    log.error({ replica: name, life, effect: effect.do, err: error }, `${name}: ${effect.do} failed`);
    const exit = ownFault(name, effect.do, error, unixMs());
    const event = afterMishap(effect, { life, atMs: clock.nowMs(), exit });
    if (event !== undefined) send(event);
  }

  return {
    perform(effect, life) {
      try {
        void start(effect, life)?.catch((error: unknown) => failed(effect, life, error));
      } catch (error) {
        failed(effect, life, error);
      }
    },
    pid: () => tools.incarnation.pid(),
    heard: (passive) => tools.incarnation.heard(passive),
    close: () => alarms.cancelAll(),
  };
}

function createTools(plan: ReplicaPlan, { effects, cards, formerPids, output }: Workshop, send: Owner['send']): Tools {
  const reader = rememberAddresses(effects.cards);
  const postMortem = createPostMortem(plan, effects, reader);
  return {
    postMortem,
    incarnation: createIncarnation(plan, effects, { output, postMortem, send }),
    proof: createProof(plan, { effects: withReader(effects, reader), cards, formerPids }),
    traffic: createTraffic(plan, effects.dispatch),
  };
}

/** How long a card's memory is waited for may change while the replica lives. */
function withReader(effects: SupervisorEffects, cards: CardReader): SupervisorEffects {
  return {
    ...effects,
    cards,
    get cardWaitMs() {
      return effects.cardWaitMs;
    },
  };
}

type Work = Exclude<ReplicaEffect, { do: 'wake' | 'back_off' }>;

/** All that is not a wait. What it promises is settled when its answer was sent. */
function createWork(
  { replica: { name, gpu } }: ReplicaPlan,
  { cards, formerPids }: Workshop,
  { journal, stage, send }: Owner,
  { incarnation, postMortem, proof, traffic }: Tools,
): (effect: Work, life: number) => Promise<void> | void {
  const card = cardOf(gpu);
  return (effect, life) => {
    switch (effect.do) {
      case 'request_card':
        return cards.request(card, name, effect.use, () => send({ on: 'card_granted', life }));
      case 'seize_card':
        return cards.seize(card, name);
      case 'release_card':
        return cards.release(card, name);
      case 'prove_card':
        return proof.begin((exit) =>
          send(exit === undefined ? { on: 'card_proven', life } : { on: 'hindered', life, exit }),
        );
      case 'give_up_proof':
        return proof.giveUp();
      case 'spawn':
        return incarnation.spawn(life, stage);
      case 'terminate_leader':
        return incarnation.terminateLeader();
      case 'kill_group':
        return incarnation.killGroup();
      case 'give_up_look':
        return postMortem.giveUpLook();
      case 'forget_group':
        formerPids.add(card, incarnation.everMembers());
        return incarnation.forget();
      case 'open':
        return traffic.open(effect.capacity, effect.share ?? 1);
      case 'close':
        return traffic.close(() => send({ on: 'idle', life }));
      case 'tell_end':
        return traffic.end(effect.ending);
      case 'report_ending':
        return journal.ending(effect.exit, effect.ending);
    }
  };
}
