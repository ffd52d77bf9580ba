import type { MoveRecord, RolloutRecord } from './record.ts';

/** What a step of a rollout changed, a line a change, for whoever waits. */
export function describeStep(before: RolloutRecord, after: RolloutRecord): readonly string[] {
  const lines = after.moves.flatMap((move, at) =>
    move.stage === before.moves[at]?.stage ? [] : [describeMove(move, at, after)],
  );
  return before.status === after.status ? lines : [describeStatus(after), ...lines];
}

function describeMove(move: MoveRecord, at: number, { moves }: RolloutRecord): string {
  const { replica } = move;
  const place = `(${at + 1} of ${moves.length})`;
  switch (move.stage) {
    case 'pending':
      return `${replica} stays as it is ${place}`;
    case 'waiting':
      return `${replica} is next ${place}`;
    case 'draining':
      return `${replica} leaves ${place}`;
    case 'starting':
      return `${replica} starts as new, closed ${place}`;
    case 'evaluating':
      return `${replica} is evaluated ${place}`;
    case 'holding':
      return `${replica} has its share of the work and is watched ${place}`;
    case 'done':
      return move.kind === 'remove' ? `${replica} is removed ${place}` : `${replica} serves as new ${place}`;
    case 'revert_waiting':
      return `${replica} is taken back next ${place}`;
    case 'revert_draining':
      return `${replica} leaves, to be taken back ${place}`;
    case 'revert_starting':
      return `${replica} starts as it was ${place}`;
    case 'reverted':
      return move.kind === 'add' ? `${replica} is gone again ${place}` : `${replica} serves as it did ${place}`;
    case 'revert_failed':
      return `${replica} did not come back as it was ${place}: ${move.cause}; its restart policy goes on`;
  }
}

function describeStatus({ status, cause }: RolloutRecord): string {
  switch (status) {
    case 'running':
      return 'the rollout goes on';
    case 'paused':
      return 'the rollout is paused: what has begun goes on, nothing else begins';
    case 'rolling_back':
      return `the rollout goes back: ${cause}`;
    case 'done':
      return 'the rollout is done';
    case 'rolled_back':
      return `the rollout was taken back: ${cause}`;
    case 'aborted':
      return `the rollout was aborted, all is as it was`;
  }
}
