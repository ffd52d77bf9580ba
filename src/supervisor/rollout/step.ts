import type { MoveRecord, MoveStage, RolloutRecord } from './record.ts';
import type { PoolPolicy } from './request.ts';

/** What a stage is given so long for: neighbours to be back, a start and its gate, a judgement. */
export type RolloutTimer = 'room' | 'start' | 'hold';

/** What came of what a stage is about. */
export type Outcome =
  { readonly on: 'ok' } | { readonly on: 'failed'; readonly cause: string } | { readonly on: 'kept' }; // it was to leave, and stays: too few others serve, or the way back was asked for

/** What happens to one move, by its place in the order. */
export type MoveEvent =
  | ({ readonly at: number; readonly stage: MoveStage } & Outcome) // of a stage that is over: changes nothing
  | { readonly at: number; readonly on: 'elapsed'; readonly timer: RolloutTimer };

export type RolloutEvent =
  | { readonly on: 'begin' }
  | { readonly on: 'pause' }
  | { readonly on: 'resume' }
  | { readonly on: 'abort' }
  | MoveEvent;

/** What must happen in the world, of the move at that place. Each that takes time is answered by an event of its stage. */
export type RolloutEffect = { readonly at: number } & (
  | { readonly do: 'find_room' } // answered once it may be taken down
  | { readonly do: 'take_down'; readonly regardless: boolean } // of how many others serve; answered once no process of it is left
  | { readonly do: 'keep' } // answered by `kept` where it is not too late
  | { readonly do: 'forget' } // it is gone for good
  | { readonly do: 'start_closed' } // the new one; answered once it is warm, or will not be
  | { readonly do: 'start_old' } // answered once it serves, or will not
  | { readonly do: 'evaluate' }
  | { readonly do: 'judge' }
  | { readonly do: 'open'; readonly share: number }
  | { readonly do: 'wake'; readonly timer: RolloutTimer; readonly afterMs: number }
);

export type Policies = Readonly<Record<string, PoolPolicy>>;

/** What one event came to. */
export interface RolloutStep {
  readonly rollout: RolloutRecord;
  readonly effects: readonly RolloutEffect[];
}

/** A judgement ends by itself; one that does not is none. */
export const JUDGE_MARGIN_MS = 30_000;

export function unchanged(rollout: RolloutRecord): RolloutStep {
  return { rollout, effects: [] };
}

/** A move into another stage, with what that stage is about. */
export function enter(rollout: RolloutRecord, at: number, stage: MoveStage, policies: Policies): RolloutStep {
  const move = rollout.moves[at];
  if (move === undefined) return unchanged(rollout);
  const moves = rollout.moves.with(at, { ...move, stage });
  return { rollout: { ...rollout, moves }, effects: aboutStage(stage, move, at, policyOf(move, policies)) };
}

/** Why a move failed, in the words of its own record. */
export function blamed(rollout: RolloutRecord, at: number, cause: string): RolloutRecord {
  return { ...rollout, moves: rollout.moves.map((move, place) => (place === at ? { ...move, cause } : move)) };
}

/** Two steps, one after the other. */
export function followedBy(first: RolloutStep, next: (rollout: RolloutRecord) => RolloutStep): RolloutStep {
  const second = next(first.rollout);
  return { rollout: second.rollout, effects: [...first.effects, ...second.effects] };
}

export function policyOf({ pool }: MoveRecord, policies: Policies): PoolPolicy {
  const policy = policies[pool];
  if (policy === undefined) throw new Error(`the rollout says nothing of pool ${pool}`);
  return policy;
}

function aboutStage(stage: MoveStage, { kind }: MoveRecord, at: number, policy: PoolPolicy): RolloutEffect[] {
  const { startTimeoutMs, hold } = policy;
  switch (stage) {
    case 'waiting':
    case 'revert_waiting':
      return [
        { do: 'find_room', at },
        { do: 'wake', at, timer: 'room', afterMs: startTimeoutMs },
      ];
    case 'draining':
    case 'revert_draining':
      return [{ do: 'take_down', at, regardless: false }];
    case 'starting':
    case 'revert_starting':
      return [
        { do: stage === 'starting' ? 'start_closed' : 'start_old', at },
        { do: 'wake', at, timer: 'start', afterMs: startTimeoutMs },
      ];
    case 'evaluating':
      return [{ do: 'evaluate', at }];
    case 'holding':
      return [
        { do: 'open', at, share: hold?.share ?? 1 },
        { do: 'judge', at },
        { do: 'wake', at, timer: 'hold', afterMs: (hold?.holdMs ?? 0) + JUDGE_MARGIN_MS },
      ];
    case 'done':
      return [kind === 'remove' ? { do: 'forget', at } : { do: 'open', at, share: 1 }];
    case 'reverted':
      return kind === 'add' ? [{ do: 'forget', at }] : [];
    case 'pending':
    case 'revert_failed':
      return [];
  }
}
