import type { RestartConfig } from '../../config/index.ts';
import type { ReplicaPlan } from '../../engine/index.ts';
import { cardOf, type Cards } from '../card/run.ts';
import type { SupervisorEffects } from '../effects.ts';
import type { ReplicaStatus } from '../fleet.ts';
import type { KeptOutput } from '../output/kept.ts';
import type { Transition } from '../supervisor.ts';
import { backoffMs } from './backoff.ts';
import { createIncarnation } from './incarnation.ts';
import { createJournal } from './journal.ts';
import { NEVER_STARTED, type Replica, type ReplicaEffect, type ReplicaEvent, type Timer, type Wish } from './stage.ts';
import { step } from './state.ts';
import { statusOf } from './status.ts';
import { createTimers } from './timers.ts';

/** What replicas of one fleet share. */
export interface ReplicaRooms {
  readonly effects: SupervisorEffects;
  readonly policy: RestartConfig;
  readonly cards: Cards;
  readonly output: KeptOutput;
  /** Called after each change of stage or start phase. */
  readonly onTransition: (status: ReplicaStatus) => void;
}

/** A replica and the loop that owns its state. */
export interface RunningReplica {
  readonly plan: ReplicaPlan;
  send(wish: Wish): void;
  status(): ReplicaStatus;
  history(): readonly Transition[];
  /** Answers as soon as `look` does: at once, or after a later event. */
  until<Answer>(look: (replica: Replica) => Answer | undefined): Promise<Answer>;
  /** Lets go of it. Only while it is `stopped`. */
  close(): void;
}

/** The mailbox: one event at a time through `step`, then its effects. It decides nothing. */
export function runReplica(plan: ReplicaPlan, rooms: ReplicaRooms): RunningReplica {
  const { effects, policy, cards, output, onTransition } = rooms;
  const { name } = plan.replica;
  const card = cardOf(plan.replica.gpu);
  const journal = createJournal(plan, effects, output);
  const timers = createTimers<Timer>(effects.clock);
  const looks = new Set<() => void>();
  const mailbox: ReplicaEvent[] = []; // emptied before `send` returns
  const incarnation = createIncarnation(plan, effects, output, send);
  let replica = NEVER_STARTED;
  let isTaking = false;
  let closes = 0;

  function send(event: ReplicaEvent): void {
    mailbox.push(event);
    if (isTaking) return;
    isTaking = true;
    try {
      for (let next = mailbox.shift(); next !== undefined; next = mailbox.shift()) take(next);
    } finally {
      isTaking = false;
    }
  }

  function take(event: ReplicaEvent): void {
    const before = replica;
    const after = step(before, event, policy);
    replica = after.replica;
    if (before.stage !== replica.stage) journal.transition(before, replica, event.on);
    for (const effect of after.effects) perform(effect);
    if (before.stage !== replica.stage) onTransition(status());
    for (const look of looks) look();
  }

  function perform(effect: ReplicaEffect): void {
    const { life } = replica;
    switch (effect.do) {
      case 'request_card':
        return cards.request(card, name, effect.use, () => send({ on: 'card_granted', life }));
      case 'seize_card':
        return cards.seize(card, name);
      case 'release_card':
        return cards.release(card, name);
      case 'spawn':
        return incarnation.spawn(life, () => replica.stage);
      case 'terminate_leader':
        return incarnation.terminateLeader();
      case 'kill_group':
        return incarnation.killGroup();
      case 'forget_group':
        return incarnation.forget();
      case 'open':
        closes += 1;
        return effects.dispatch.open(name, plan.poolName, effect.capacity);
      case 'close':
        return close(life);
      case 'report_ending':
        return journal.ending(effect.exit, effect.use);
      case 'wake':
        return wake(effect.timer, effect.afterMs, life);
      case 'back_off':
        return wake('backoff', backoffMs(effect.failures, policy, effects.random()), life);
    }
  }

  function wake(timer: Timer, afterMs: number, life: number): void {
    timers.set(timer, afterMs, () => send({ on: 'elapsed', life, timer }));
  }

  /** Reports `idle` unless it was opened again meanwhile. */
  function close(life: number): void {
    closes += 1;
    const mine = closes;
    void effects.dispatch.close(name).then(() => {
      if (mine === closes) send({ on: 'idle', life });
    });
  }

  function status(): ReplicaStatus {
    return statusOf(plan, replica, { pid: incarnation.pid(), sinceUnixMs: journal.sinceUnixMs() });
  }

  return {
    plan,
    send,
    status,
    history: () => journal.history(),
    until: (look) =>
      new Promise((resolve) => {
        const again = (): void => {
          const answer = look(replica);
          if (answer === undefined) return;
          looks.delete(again);
          resolve(answer);
        };
        looks.add(again);
        if (!isTaking) again();
      }),
    close() {
      timers.cancelAll();
      journal.close();
    },
  };
}
