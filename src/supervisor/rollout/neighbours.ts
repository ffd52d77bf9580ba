import type { RunningReplica } from '../replica/run.ts';
import type { Roster } from '../roster.ts';
import type { Move, PoolPolicy } from './request.ts';
import { mayLeave, presenceOf, type Presence } from './room.ts';
import type { Policies } from './step.ts';

/** What the others of its pool let a replica do. */
export interface Neighbours {
  mayGo(move: Move): boolean;
  /** It waits for its card to leave, and too few others serve meanwhile. */
  isCrowded(move: Move): boolean;
  /** That of the pool that it is in now: a roll may lead to another one. */
  policyOf(move: Move): PoolPolicy | undefined;
}

export function createNeighbours(roster: Roster, policies: Policies): Neighbours {
  const find = ({ replica }: Move): RunningReplica | undefined => roster.find(replica);
  const poolOf = (move: Move): string => find(move)?.plan.poolName ?? move.pool;

  /** `self` serves until it is granted its card, whatever it was asked. */
  function hasRoom(move: Move, self: 'ready' | 'down'): boolean {
    const pool = poolOf(move);
    const others = roster.all().filter(({ plan }) => plan.poolName === pool && plan.replica.name !== move.replica);
    return mayLeave(self, others.map(presence), policies[pool]?.minReady ?? 0);
  }

  return {
    mayGo(move) {
      const stage = find(move)?.state().stage;
      return stage === undefined || hasRoom(move, stage.in === 'ready' ? 'ready' : 'down');
    },
    isCrowded(move) {
      const stage = find(move)?.state().stage;
      return stage?.in === 'ready' && stage.leaving === 'down' && !hasRoom(move, 'ready');
    },
    policyOf: (move) => policies[poolOf(move)],
  };
}

function presence(replica: RunningReplica): Presence {
  return presenceOf(replica.state(), replica.plan.engine.kind !== 'external');
}
