import type { Admission } from '../admission.ts';
import type { SupervisorEffects } from '../effects.ts';
import type { ReplicaStatus } from '../fleet.ts';
import { createLooks } from '../looks.ts';
import { createMailbox } from '../mailbox.ts';
import type { Listeners } from '../output/listeners.ts';
import type { Roster } from '../roster.ts';
import { describe } from '../telling.ts';
import type { Begun } from './begin.ts';
import { createHands } from './hands.ts';
import type { RolloutRecord } from './record.ts';
import type { RolloutEffects, RolloutEnding } from './request.ts';
import { createScribe } from './scribe.ts';
import { isOver, step, underWay } from './state.ts';
import type { Policies, RolloutEvent } from './step.ts';
import type { RolloutView } from './view.ts';
import { createWorker } from './worker.ts';

/** Why a rollout is interrupted. */
export const STOPPING = 'this node is stopping';

/** What rollouts of one supervisor share. */
export interface RolloutRooms {
  readonly roster: Roster;
  readonly admission: Admission;
  readonly transitions: Listeners<ReplicaStatus>;
  readonly effects: SupervisorEffects;
}

/** A rollout and the loop that owns its state. */
export interface RunningRollout {
  readonly ending: Promise<RolloutEnding>;
  send(event: Extract<RolloutEvent, { on: 'pause' | 'resume' | 'abort' }>): void;
  record(): RolloutRecord;
  view(): RolloutView;
  /** The node stops: nothing is done any more, and the next life goes on from the record. */
  halt(): void;
}

/** One event at a time through `step`, then its effects. It decides nothing. */
export function runRollout(
  begun: Begun,
  policies: Policies,
  asked: RolloutEffects,
  rooms: RolloutRooms,
): RunningRollout {
  const { moves } = begun;
  let { rollout } = begun;
  let isHalted = false;
  const over = Promise.withResolvers<RolloutEnding['result']>();
  const scribe = createScribe(moves, asked, rooms.effects);
  const send = createMailbox<RolloutEvent>(take);
  const fleet = createLooks<void>(() => undefined);
  const worker = createWorker(
    moves,
    createHands({ roster: rooms.roster, policies, asked, fleet }),
    rooms.effects.clock,
    send,
  );
  const recorded = scribe.begun(rollout);
  const guard = createGuard(rooms.admission);
  const ignore = rooms.transitions.add((status) => {
    const at = underWay(rollout);
    if (at !== undefined && moves[at]?.replica === status.name) asked.progress(describe(status));
    const stage = at === undefined ? undefined : rollout.moves[at]?.stage;
    if (at !== undefined && (stage === 'draining' || stage === 'revert_draining')) worker.keepWhereCrowded(at, stage);
    fleet.show();
  });

  function take(event: RolloutEvent): void {
    if (isHalted) return;
    const before = rollout;
    const after = step(before, event, policies);
    rollout = after.rollout;
    if (rollout !== before) scribe.changed(before, rollout);
    guard.watch(rollout);
    for (const effect of after.effects) worker.perform(effect, rollout);
    if (isOver(rollout)) end(rollout.status === 'done' ? 'done' : rollout.isAborted ? 'aborted' : 'rolled_back');
  }

  function end(result: RolloutEnding['result']): void {
    isHalted = true;
    worker.stop();
    guard.release();
    ignore();
    over.resolve(result);
  }

  async function live(): Promise<RolloutEnding> {
    await recorded;
    send({ on: 'begin' });
    const result = await over.promise;
    rooms.effects.metrics.rollouts.inc({ result });
    await scribe.ended();
    const revertFailed = rollout.moves.filter((it) => it.stage === 'revert_failed').map((it) => it.replica);
    const cause = rollout.cause ?? (result === 'interrupted' ? STOPPING : undefined);
    return { result, cause, revertFailed };
  }

  return {
    ending: live(),
    send: (event) => void recorded.then(() => send(event)), // nothing comes before its begin
    record: () => rollout,
    view: () => scribe.view(rollout),
    halt: () => end('interrupted'),
  };
}

/** While a move is under way nobody else operates on its replica. */
function createGuard(admission: Admission): { watch(rollout: RolloutRecord): void; release(): void } {
  let guarded: { readonly name: string; readonly release: () => void } | undefined;
  function release(): void {
    guarded?.release();
    guarded = undefined;
  }
  return {
    watch(rollout) {
      const at = underWay(rollout);
      const move = at === undefined ? undefined : rollout.moves[at];
      const isWaiting = move?.stage === 'waiting' || move?.stage === 'revert_waiting';
      const name = isWaiting ? undefined : move?.replica;
      if (guarded?.name === name) return;
      release();
      if (name !== undefined) guarded = { name, release: admission.hold(name) };
    },
    release,
  };
}
