import type { RestartConfig } from '../../config/index.ts';
import type { ReplicaPlan } from '../../engine/index.ts';
import type { Passive } from '../../health/index.ts';
import type { ReplicaStatus } from '../fleet.ts';
import { createLooks } from '../looks.ts';
import { createMailbox } from '../mailbox.ts';
import type { Transition } from '../supervisor.ts';
import { NO_CARDS, patient } from './external.ts';
import { createJournal } from './journal.ts';
import { createPerformer, type Workshop } from './perform.ts';
import { recentEndings } from './restarts.ts';
import { NEVER_STARTED, type Replica, type ReplicaEvent, type Wish } from './stage.ts';
import { step } from './state.ts';
import { statusOf } from './status.ts';

/** What replicas of one fleet share. */
export interface ReplicaRooms extends Workshop {
  /** Called after each change of state, and each step of a start. */
  readonly onTransition: (status: ReplicaStatus) => void;
}

/** A replica and the loop that owns its state. */
export interface RunningReplica {
  readonly plan: ReplicaPlan;
  send(wish: Wish): void;
  /** What a real request met on its engine. */
  heard(passive: Passive): void;
  status(): ReplicaStatus;
  /** Other numbers of its restart policy from its next step on. */
  retune(policy: RestartConfig): void;
  /** Where it is now; for what `status` does not tell. */
  state(): Replica;
  history(): readonly Transition[];
  /** Answers as soon as `look` does: at once, or after a later event. Not to be called inside a transition. */
  until<Answer>(look: (replica: Replica) => Answer | undefined): Promise<Answer>;
  /** Lets go of it. Only while it is `stopped`. */
  close(): void;
}

/** One event at a time through `step`, then its effects. It decides nothing. */
export function runReplica(plan: ReplicaPlan, rooms: ReplicaRooms): RunningReplica {
  const isOurs = plan.engine.kind !== 'external';
  const policyOf = (said: RestartConfig): RestartConfig => (isOurs ? said : patient(said));
  let policy = policyOf(plan.replica.restart);
  const workshop = isOurs ? rooms : { ...rooms, cards: NO_CARDS };
  let replica = NEVER_STARTED;
  const send = createMailbox<ReplicaEvent>(take);
  const looks = createLooks(() => replica);
  const journal = createJournal(plan, rooms.effects, rooms.output);
  const performer = createPerformer(plan, workshop, {
    policy: () => policy,
    journal,
    send,
    stage: () => replica.stage,
  });

  function take(event: ReplicaEvent): void {
    const before = replica;
    const after = step(before, event, policy);
    replica = after.replica;
    const hasMoved = isStep(before, replica);
    if (hasMoved) journal.transition(before, replica, event.on);
    for (const effect of after.effects) performer.perform(effect, replica.life);
    if (hasMoved) rooms.onTransition(status());
    looks.show();
  }

  function status(): ReplicaStatus {
    return statusOf(plan, replica, {
      pid: performer.pid(),
      sinceUnixMs: journal.sinceUnixMs(),
      restartsLeft: restartsLeft(replica, policy, rooms.effects.clock.nowMs()),
    });
  }

  return {
    plan,
    send,
    heard: (passive) => performer.heard(passive),
    status,
    retune: (said) => void (policy = policyOf(said)),
    state: () => replica,
    history: () => journal.history(),
    until: (look) => looks.until(look),
    close() {
      performer.close();
      journal.close();
    },
  };
}

/** Of a replica that is `failed` for their number: none. */
function restartsLeft(replica: Replica, policy: RestartConfig, nowMs: number): number | undefined {
  if (!Number.isFinite(policy.maxRestarts)) return undefined;
  return Math.max(0, policy.maxRestarts - recentEndings(replica, policy, nowMs).length);
}

function isStep({ stage: before }: Replica, { stage: after }: Replica): boolean {
  if (before.in !== after.in) return true;
  return before.in === 'starting' && after.in === 'starting' && before.progress !== after.progress;
}
