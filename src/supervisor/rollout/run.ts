import type { Admission } from '../admission.ts';
import type { SupervisorEffects } from '../effects.ts';
import type { ReplicaStatus } from '../fleet.ts';
import { createLooks } from '../looks.ts';
import { createMailbox } from '../mailbox.ts';
import type { Listeners } from '../output/listeners.ts';
import type { Roster } from '../roster.ts';
import { describe } from '../telling.ts';
import type { Begun } from './begin.ts';
import { createHands, type HandsRooms } from './hands.ts';
import { createNeighbours } from './neighbours.ts';
import type { RolloutRecord } from './record.ts';
import type { Move, RolloutEffects, RolloutEnding } from './request.ts';
import { createScribe } from './scribe.ts';
import { isOver, step, underWay } from './state.ts';
import type { Policies, RolloutEvent } from './step.ts';
import type { RolloutView } from './view.ts';
import { createWorker, type Worker } from './worker.ts';

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
  const worker = equip(moves, policies, { asked, fleet }, rooms, send);
  const guard = createGuard(rooms.admission);
  const recorded = scribe.begun(rollout);
  const ignore = rooms.transitions.add((status) => {
    const at = underWay(rollout);
    if (at !== undefined && moves[at]?.replica === status.name) asked.progress(describe(status));
    worker.look(rollout);
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
    await scribe.ended(result);
    return endingOf(rollout, result);
  }

  return {
    ending: live(),
    send: (event) => void recorded.then(() => send(event)), // nothing comes before its begin
    record: () => rollout,
    view: () => scribe.view(rollout),
    halt: () => end('interrupted'),
  };
}

function equip(
  moves: readonly Move[],
  policies: Policies,
  watched: Pick<HandsRooms, 'asked' | 'fleet'>,
  { roster, effects }: RolloutRooms,
  send: (event: RolloutEvent) => void,
): Worker {
  const neighbours = createNeighbours(roster, policies);
  const hands = createHands({ roster, neighbours, ...watched });
  return createWorker(moves, { hands, neighbours, clock: effects.clock }, send);
}

function endingOf({ cause, moves }: RolloutRecord, result: RolloutEnding['result']): RolloutEnding {
  const revertFailed = moves.filter((it) => it.stage === 'revert_failed').map((it) => it.replica);
  return { result, cause: cause ?? (result === 'interrupted' ? STOPPING : undefined), revertFailed };
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
