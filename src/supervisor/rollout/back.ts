import type { MoveRecord, RolloutRecord } from './record.ts';
import { blamed, enter, followedBy, unchanged, type MoveEvent, type Policies, type RolloutStep } from './step.ts';

/** The way back begins, with the move that is under way. One that leaves is kept where it is not too late. */
export function turnedBack(
  before: RolloutRecord,
  at: number | undefined,
  cause: string,
  policies: Policies,
): RolloutStep {
  const rollout: RolloutRecord = { ...before, status: 'rolling_back', cause };
  const stage = at === undefined ? undefined : rollout.moves[at]?.stage;
  if (at === undefined || stage === undefined) return backwards(rollout, policies);
  if (stage === 'waiting') return followedBy(enter(rollout, at, 'pending', policies), (it) => backwards(it, policies));
  if (stage === 'draining') return { rollout, effects: [{ do: 'keep', at }] };
  if (stage === 'holding') return enter(rollout, at, 'revert_waiting', policies); // it serves: it leaves as any other does
  return enter(rollout, at, 'revert_draining', policies);
}

/** The move that is taken back next, latest first; where there is none it is over. */
export function backwards(rollout: RolloutRecord, policies: Policies): RolloutStep {
  const at = rollout.moves.findLastIndex((it) => it.stage === 'done');
  const move = rollout.moves[at];
  if (move === undefined) return unchanged({ ...rollout, status: rollout.isAborted ? 'aborted' : 'rolled_back' });
  return enter(rollout, at, move.kind === 'remove' ? 'revert_starting' : 'revert_waiting', policies);
}

/** What happens to a move on its way back. It always ends: what cannot be had is done without. */
export function onTheWayBack(
  rollout: RolloutRecord,
  move: MoveRecord,
  event: MoveEvent,
  policies: Policies,
): RolloutStep {
  if (move.stage === 'revert_waiting') return waited(rollout, event, policies);
  if (move.stage === 'revert_draining') return leaving(rollout, move, event, policies);
  return oldStarts(rollout, event, policies);
}

/** It does not wait for ever: the way back is what was promised. */
function waited(rollout: RolloutRecord, event: MoveEvent, policies: Policies): RolloutStep {
  const { at } = event;
  if (event.on === 'ok') return enter(rollout, at, 'revert_draining', policies);
  if (event.on !== 'elapsed' || event.timer !== 'room') return unchanged(rollout);
  const entered = enter(rollout, at, 'revert_draining', policies);
  return { ...entered, effects: [{ do: 'take_down', at, regardless: true }] };
}

function leaving(rollout: RolloutRecord, move: MoveRecord, event: MoveEvent, policies: Policies): RolloutStep {
  if (event.on === 'kept') return enter(rollout, event.at, 'revert_waiting', policies);
  if (event.on === 'failed') return lost(rollout, event.at, event.cause, policies);
  if (event.on !== 'ok') return unchanged(rollout);
  return left(rollout, move, event.at, policies);
}

/** Nothing of it is there: the old one is next, where there was one. */
export function left(rollout: RolloutRecord, { kind }: MoveRecord, at: number, policies: Policies): RolloutStep {
  return kind === 'add' ? over(rollout, at, policies) : enter(rollout, at, 'revert_starting', policies);
}

function oldStarts(rollout: RolloutRecord, event: MoveEvent, policies: Policies): RolloutStep {
  if (event.on === 'ok') return over(rollout, event.at, policies);
  if (event.on === 'failed') return lost(rollout, event.at, event.cause, policies);
  const isOutOfTime = event.on === 'elapsed' && event.timer === 'start';
  return isOutOfTime ? lost(rollout, event.at, 'its old plan did not start in time', policies) : unchanged(rollout);
}

function over(rollout: RolloutRecord, at: number, policies: Policies): RolloutStep {
  return followedBy(enter(rollout, at, 'reverted', policies), (it) => backwards(it, policies));
}

/** The old one did not start either: nothing is left to go back to, and the others are not kept waiting. */
function lost(rollout: RolloutRecord, at: number, cause: string, policies: Policies): RolloutStep {
  return followedBy(enter(blamed(rollout, at, cause), at, 'revert_failed', policies), (it) => backwards(it, policies));
}
