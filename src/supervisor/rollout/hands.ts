import type { RunningReplica } from '../replica/run.ts';
import type { Looks } from '../looks.ts';
import type { Roster } from '../roster.ts';
import { stop } from '../wishes.ts';
import type { Neighbours } from './neighbours.ts';
import { checked, failed, OK, startedClosed, startedOpen } from './outcomes.ts';
import type { Move, RolloutEffects } from './request.ts';
import type { Outcome } from './step.ts';

/** What is done to the replicas of a rollout, move by move. What throws or rejects has failed. */
export interface Hands {
  /** Answers once enough others of its pool serve. */
  findRoom(move: Move): Promise<Outcome>;
  takeDown(move: Move, regardless: boolean): Promise<Outcome>;
  /** Whether it was not too late to have it serve on. */
  keep(move: Move): boolean;
  forget(move: Move): void;
  startClosed(move: Move): Promise<Outcome>;
  startOld(move: Move): Promise<Outcome>;
  check(move: Move, by: 'evaluate' | 'judge', signal: AbortSignal): Promise<Outcome>;
  open(move: Move, share: number): void;
}

export interface HandsRooms {
  readonly roster: Roster;
  readonly neighbours: Neighbours;
  readonly asked: RolloutEffects;
  /** Shown after each transition of any replica. */
  readonly fleet: Looks<void>;
}

export function createHands({ roster, neighbours, asked, fleet }: HandsRooms): Hands {
  const find = ({ replica }: Move): RunningReplica | undefined => roster.find(replica);

  return {
    async findRoom(move) {
      await Promise.resolve(); // outside a transition
      return fleet.until(() => (neighbours.mayGo(move) ? OK : undefined));
    },
    async takeDown(move, regardless) {
      await Promise.resolve();
      const replica = find(move);
      if (replica === undefined) return OK;
      if (!regardless && !neighbours.mayGo(move)) return { on: 'kept' };
      const result = await stop(replica, asked.progress, neighbours.policyOf(move)?.drainTimeoutMs);
      return result.ok ? OK : failed(result.message);
    },
    keep(move) {
      const stage = find(move)?.state().stage;
      const isInTime = stage?.in === 'draining' || (stage?.in === 'ready' && stage.leaving !== undefined);
      if (isInTime) find(move)?.send({ on: 'stay' });
      return isInTime;
    },
    forget: ({ replica }) => roster.remove(replica),
    async startClosed(move) {
      if (move.to === undefined) return failed('there is no new plan');
      const replica = roster.put(move.to);
      replica.send({ on: 'restart', held: true });
      return replica.until(startedClosed);
    },
    async startOld(move) {
      if (move.from === undefined) return failed('there is no old plan');
      const replica = roster.put(move.from);
      replica.send({ on: 'restart' });
      return replica.until(startedOpen);
    },
    async check(move, by, signal) {
      const replica = find(move);
      return replica === undefined ? failed('it is not there any more') : checked(replica, by, asked, signal);
    },
    open: (move, share) => find(move)?.send({ on: 'open', share }),
  };
}
