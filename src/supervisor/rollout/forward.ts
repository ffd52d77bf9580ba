import { backwards, left, turnedBack } from './back.ts';
import type { MoveRecord, MoveStage, RolloutRecord } from './record.ts';
import {
  blamed,
  enter,
  policyOf,
  followedBy,
  unchanged,
  type MoveEvent,
  type Policies,
  type RolloutStep,
  type RolloutTimer,
} from './step.ts';

/** The move that is begun next; where there is none it is done. A paused rollout begins none. */
export function forwards(rollout: RolloutRecord, policies: Policies): RolloutStep {
  const at = rollout.moves.findIndex((it) => it.stage === 'pending');
  const move = rollout.moves[at];
  if (move === undefined) return unchanged({ ...rollout, status: 'done' });
  if (rollout.status === 'paused') return unchanged(rollout);
  return enter(rollout, at, move.kind === 'add' ? 'starting' : 'waiting', policies);
}

/** What happens to a move on its way. */
export function onTheWay(rollout: RolloutRecord, move: MoveRecord, event: MoveEvent, policies: Policies): RolloutStep {
  switch (event.on) {
    case 'ok':
      return ended(rollout, move, event.at, policies);
    case 'failed':
      return failed(rollout, move, event.at, event.cause, policies);
    case 'kept':
      return move.stage === 'draining' ? kept(rollout, event.at, policies) : unchanged(rollout);
    case 'elapsed':
      break;
  }
  const cause = outOfTime(move, event.timer, policies);
  return cause === undefined ? unchanged(rollout) : failed(rollout, move, event.at, cause, policies);
}

/** What its stage is about has come to its end. */
function ended(rollout: RolloutRecord, move: MoveRecord, at: number, policies: Policies): RolloutStep {
  if (rollout.status === 'rolling_back') return left(rollout, move, at, policies); // it was too late to keep it
  const stage = following(move, policies);
  const entered = enter(rollout, at, stage, policies);
  return stage === 'done' ? followedBy(entered, (it) => forwards(it, policies)) : entered;
}

function following(move: MoveRecord, policies: Policies): MoveStage {
  const { stage, kind } = move;
  if (stage === 'waiting') return 'draining';
  if (stage === 'draining' && kind !== 'remove') return 'starting';
  if (stage === 'starting') return 'evaluating';
  return stage === 'evaluating' && policyOf(move, policies).hold !== undefined ? 'holding' : 'done';
}

/** It was to leave, and serves on: too few others do, or the way back was asked for in time. */
function kept(rollout: RolloutRecord, at: number, policies: Policies): RolloutStep {
  if (rollout.status !== 'rolling_back') return enter(rollout, at, 'waiting', policies);
  return followedBy(enter(rollout, at, 'pending', policies), (it) => backwards(it, policies));
}

function failed(
  rollout: RolloutRecord,
  { replica, stage }: MoveRecord,
  at: number,
  cause: string,
  policies: Policies,
): RolloutStep {
  if (rollout.status === 'rolling_back') return enter(rollout, at, 'revert_draining', policies);
  return turnedBack(blamed(rollout, at, cause), at, `${replica} (${stage}): ${cause}`, policies);
}

/** What a deadline means in this stage; `undefined`: nothing, it is of one that is over. */
function outOfTime(move: MoveRecord, timer: RolloutTimer, policies: Policies): string | undefined {
  const { startTimeoutMs, minReady } = policyOf(move, policies);
  const seconds = Math.round(startTimeoutMs / 1000);
  if (timer === 'room' && move.stage === 'waiting') {
    return `fewer than ${minReady} others of pool ${move.pool} were ready within ${seconds} s`;
  }
  if (timer === 'start' && (move.stage === 'starting' || move.stage === 'evaluating')) {
    return `it did not start and pass its gate within ${seconds} s; raise rollout.start_timeout_s if it only needs longer`;
  }
  return timer === 'hold' && move.stage === 'holding' ? 'its judgement did not come' : undefined;
}
