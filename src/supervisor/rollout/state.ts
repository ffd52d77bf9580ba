import { backwards, onTheWayBack, turnedBack } from './back.ts';
import { forwards, onTheWay } from './forward.ts';
import { MOVES_AT_REST, MOVES_BACK, type MoveRecord, type RolloutRecord } from './record.ts';
import { enter, unchanged, type MoveEvent, type Policies, type RolloutEvent, type RolloutStep } from './step.ts';

/** Why a rollout goes back that an operator does not want any more. */
const ABORTED = 'it was aborted';

/**
 * One event in, the next rollout and what must happen out. Total: what comes too late, or of a stage that is over,
 * changes nothing. One move is under way at a time.
 */
export function step(rollout: RolloutRecord, event: RolloutEvent, policies: Policies): RolloutStep {
  if (isOver(rollout)) return unchanged(rollout);
  switch (event.on) {
    case 'begin':
      return begun(rollout, policies);
    case 'pause':
      return rollout.status === 'running' ? unchanged({ ...rollout, status: 'paused' }) : unchanged(rollout);
    case 'resume':
      return rollout.status === 'paused' ? resumed({ ...rollout, status: 'running' }, policies) : unchanged(rollout);
    case 'abort':
      if (rollout.status === 'rolling_back') return unchanged(rollout);
      return turnedBack({ ...rollout, isAborted: true }, underWay(rollout), ABORTED, policies);
    case 'ok':
    case 'failed':
    case 'kept':
    case 'elapsed':
      return happened(rollout, event, policies);
  }
}

/** Nothing of it will change any more. */
export function isOver({ status }: RolloutRecord): boolean {
  return status === 'done' || status === 'rolled_back' || status === 'aborted';
}

/** The place of the move that has begun and not ended. */
export function underWay({ moves }: RolloutRecord): number | undefined {
  const at = moves.findIndex(({ stage }) => !MOVES_AT_REST.has(stage));
  return at < 0 ? undefined : at;
}

/** A new one, or one that an earlier life of the node was in: then its move under way is at the begin of a stage. */
function begun(rollout: RolloutRecord, policies: Policies): RolloutStep {
  const at = underWay(rollout);
  const stage = at === undefined ? undefined : rollout.moves[at]?.stage;
  if (at !== undefined && stage !== undefined) return enter(rollout, at, stage, policies);
  return rollout.status === 'rolling_back' ? backwards(rollout, policies) : forwards(rollout, policies);
}

function resumed(rollout: RolloutRecord, policies: Policies): RolloutStep {
  return underWay(rollout) === undefined ? forwards(rollout, policies) : unchanged(rollout);
}

function happened(rollout: RolloutRecord, event: MoveEvent, policies: Policies): RolloutStep {
  const move: MoveRecord | undefined = rollout.moves[event.at];
  if (move === undefined || ('stage' in event && move.stage !== event.stage)) return unchanged(rollout);
  return MOVES_BACK.has(move.stage)
    ? onTheWayBack(rollout, move, event, policies)
    : onTheWay(rollout, move, event, policies);
}
