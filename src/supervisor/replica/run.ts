import type { ReplicaPlan } from '../../engine/index.ts';
import type { ReplicaStatus } from '../fleet.ts';
import type { Transition } from '../supervisor.ts';
import { createJournal } from './journal.ts';
import { createLooks } from '../looks.ts';
import { createMailbox } from '../mailbox.ts';
import { createPerformer, type Workshop } from './perform.ts';
import { NEVER_STARTED, type Replica, type ReplicaEvent, type Wish } from './stage.ts';
import { step } from './state.ts';
import { statusOf } from './status.ts';

/** What replicas of one fleet share. */
export interface ReplicaRooms extends Workshop {
  /** Called after each change of state or start phase. */
  readonly onTransition: (status: ReplicaStatus) => void;
}

/** A replica and the loop that owns its state. */
export interface RunningReplica {
  readonly plan: ReplicaPlan;
  send(wish: Wish): void;
  status(): ReplicaStatus;
  history(): readonly Transition[];
  /** Answers as soon as `look` does: at once, or after a later event. Not to be called inside a transition. */
  until<Answer>(look: (replica: Replica) => Answer | undefined): Promise<Answer>;
  /** Lets go of it. Only while it is `stopped`. */
  close(): void;
}

/** One event at a time through `step`, then its effects. It decides nothing. */
export function runReplica(plan: ReplicaPlan, rooms: ReplicaRooms): RunningReplica {
  let replica = NEVER_STARTED;
  const send = createMailbox<ReplicaEvent>(take);
  const looks = createLooks(() => replica);
  const journal = createJournal(plan, rooms.effects, rooms.output);
  const performer = createPerformer(plan, rooms, { journal, send, stage: () => replica.stage });

  function take(event: ReplicaEvent): void {
    const before = replica;
    const after = step(before, event, rooms.policy);
    replica = after.replica;
    const hasMoved = isTransition(before, replica);
    if (hasMoved) journal.transition(before, replica, event.on);
    for (const effect of after.effects) performer.perform(effect, replica.life);
    if (hasMoved) rooms.onTransition(status());
    looks.show();
  }

  function status(): ReplicaStatus {
    return statusOf(plan, replica, { pid: performer.pid(), sinceUnixMs: journal.sinceUnixMs() });
  }

  return {
    plan,
    send,
    status,
    history: () => journal.history(),
    until: (look) => looks.until(look),
    close() {
      performer.close();
      journal.close();
    },
  };
}

function isTransition({ stage: before }: Replica, { stage: after }: Replica): boolean {
  if (before.in !== after.in) return true;
  return before.in === 'starting' && after.in === 'starting' && before.phase !== after.phase;
}
