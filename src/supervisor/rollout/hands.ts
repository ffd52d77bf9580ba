import type { RunningReplica } from '../replica/run.ts';
import type { Replica } from '../replica/stage.ts';
import type { Looks } from '../looks.ts';
import type { Roster } from '../roster.ts';
import { stop } from '../wishes.ts';
import type { Move, RolloutEffects, Verdict } from './request.ts';
import { mayLeave, presenceOf } from './room.ts';
import type { Outcome, Policies } from './step.ts';

/** What is done to the replicas of a rollout, move by move. What throws or rejects has failed. */
export interface Hands {
  /** Answers once enough others of its pool serve. */
  findRoom(move: Move): Promise<Outcome>;
  takeDown(move: Move, regardless: boolean): Promise<Outcome>;
  /** Whether it was not too late to have it serve on. */
  keep(move: Move): boolean;
  /** It waits for its card to leave, and too few others serve meanwhile. */
  isCrowded(move: Move): boolean;
  forget(move: Move): void;
  startClosed(move: Move): Promise<Outcome>;
  startOld(move: Move): Promise<Outcome>;
  check(move: Move, by: 'evaluate' | 'judge', signal: AbortSignal): Promise<Outcome>;
  open(move: Move, share: number): void;
}

export interface HandsRooms {
  readonly roster: Roster;
  readonly policies: Policies;
  readonly asked: RolloutEffects;
  /** Shown after each transition of any replica. */
  readonly fleet: Looks<void>;
}

/** Endings of a replica's new life before it was ready, after which another start of it would be hope. */
export const START_ENDINGS_MAX = 3;

const OK: Outcome = { on: 'ok' };

export function createHands({ roster, policies, asked, fleet }: HandsRooms): Hands {
  const find = ({ replica }: Move): RunningReplica | undefined => roster.find(replica);

  /** `self` serves until it is granted its card, whatever it was asked. */
  function hasRoom(move: Move, self: 'ready' | 'down'): boolean {
    const pool = find(move)?.plan.poolName ?? move.pool; // of what leaves: a roll may lead to another one
    const others = roster.all().filter(({ plan }) => plan.poolName === pool && plan.replica.name !== move.replica);
    return mayLeave(self, others.map(presence), policies[pool]?.minReady ?? 0);
  }

  function mayGo(move: Move): boolean {
    const replica = find(move);
    return replica === undefined || hasRoom(move, isOpen(replica.state()) ? 'ready' : 'down');
  }

  async function check(move: Move, by: 'evaluate' | 'judge', signal: AbortSignal): Promise<Outcome> {
    const replica = find(move);
    if (replica === undefined) return failed(`${move.replica} is not there any more`);
    const isThere = by === 'evaluate' ? isHeld : isOpen;
    const checked = asked[by](replica.plan, signal).then((verdict) => outcomeOf(move, verdict));
    const first = await Promise.race([checked, replica.until((it) => ending(it, isThere))]);
    if (isThere(replica.state())) return first;
    return replica.until((it) => ending(it, isThere)); // what it ended of says more than what the check met
  }

  function outcomeOf({ replica }: Move, verdict: Verdict): Outcome {
    if (!verdict.ok) return failed(verdict.cause);
    if (verdict.note !== undefined) asked.progress(`${replica}: ${verdict.note}`);
    return OK;
  }

  return {
    async findRoom(move) {
      await Promise.resolve(); // outside a transition
      return fleet.until(() => (mayGo(move) ? OK : undefined));
    },
    async takeDown(move, regardless) {
      await Promise.resolve();
      const replica = find(move);
      if (replica === undefined) return OK;
      if (!regardless && !mayGo(move)) return { on: 'kept' };
      const result = await stop(replica, asked.progress, policies[move.pool]?.drainTimeoutMs);
      return result.ok ? OK : failed(result.message);
    },
    keep(move) {
      const stage = find(move)?.state().stage;
      const isInTime = stage?.in === 'draining' || (stage?.in === 'ready' && stage.leaving !== undefined);
      if (isInTime) find(move)?.send({ on: 'stay' });
      return isInTime;
    },
    isCrowded(move) {
      const stage = find(move)?.state().stage;
      return stage?.in === 'ready' && stage.leaving === 'down' && !hasRoom(move, 'ready');
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
    check,
    open: (move, share) => find(move)?.send({ on: 'open', share }),
  };
}

function failed(cause: string): Outcome {
  return { on: 'failed', cause };
}

function presence(replica: RunningReplica): ReturnType<typeof presenceOf> {
  return presenceOf(replica.state(), replica.plan.engine.kind !== 'external');
}

const isHeld = ({ stage }: Replica): boolean => stage.in === 'draining' && stage.next === 'stay';
const isOpen = ({ stage }: Replica): boolean => stage.in === 'ready';

const startedClosed = (replica: Replica): Outcome | undefined => (isHeld(replica) ? OK : failedStart(replica));
const startedOpen = (replica: Replica): Outcome | undefined => (isOpen(replica) ? OK : failedStart(replica));

/** What is not worth another try fails at once; what may pass is tried again, a few times. */
function failedStart({ stage, failures, lastExit }: Replica): Outcome | undefined {
  const isSpent = stage.in === 'backoff' && failures >= START_ENDINGS_MAX;
  if (stage.in !== 'failed' && stage.in !== 'stopped' && !isSpent) return undefined;
  const often = isSpent ? `, ${failures} times` : '';
  return failed(`it did not start${often}: ${lastExit?.cause}; ${lastExit?.advice}`);
}

/** Once it is known what a life ended of that was to go on. */
function ending(replica: Replica, isThere: (replica: Replica) => boolean): Outcome | undefined {
  const { stage, lastExit } = replica;
  if (isThere(replica) || stage.in === 'cleaning' || stage.in === 'stopping') return undefined;
  return failed(`its engine ended: ${lastExit?.cause}; ${lastExit?.advice}`);
}
