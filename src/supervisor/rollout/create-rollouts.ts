import type { Log } from '../../telemetry/index.ts';
import type { Roster } from '../roster.ts';
import type { OperationResult, Supervisor } from '../supervisor.ts';
import { newRollout, resumedRollout, type Begun } from './begin.ts';
import { orderMoves, type Surroundings } from './order.ts';
import type { RolloutStatus } from './record.ts';
import { kindOf, type Move, type RolloutEffects, type RolloutEnding, type RolloutRequest } from './request.ts';
import { runRollout, STOPPING, type RolloutRooms, type RunningRollout } from './run.ts';
import { isOver } from './state.ts';

/** The rollouts of one supervisor, one at a time. */
export interface Rollouts {
  /** What others see of them. */
  readonly face: Pick<Supervisor, 'roll' | 'rollout' | 'pauseRollout' | 'resumeRollout' | 'abortRollout'>;
  /** The node stops: one that is under way is left to the next life. */
  halt(): void;
}

export function createRollouts(rooms: RolloutRooms): Rollouts {
  const { roster, admission } = rooms;
  let last: RunningRollout | undefined;

  function statusOf(): RolloutStatus | undefined {
    const record = last?.record();
    return record === undefined || isOver(record) ? undefined : record.status;
  }

  /** The rollout of a request; in words what speaks against it. */
  function begin({ id, moves, policies, resumed }: RolloutRequest): Begun | string {
    const status = statusOf();
    if (status !== undefined) return `another rollout is ${status}`;
    const unruled = moves.find(({ pool }) => policies[pool] === undefined);
    if (unruled !== undefined) return `nothing says how pool ${unruled.pool} may be rolled`;
    if (resumed !== undefined) return resumedRollout(resumed, moves) ?? `the record of ${id} is of other replicas`;
    return misplaced(moves, roster) ?? newRollout(id, orderMoves(moves, surroundings(roster)));
  }

  /** Where something can be asked of it, in one of these. */
  function ask(event: 'pause' | 'resume' | 'abort', among: readonly RolloutStatus[]): OperationResult {
    const status = statusOf();
    if (last === undefined || status === undefined) return { ok: false, message: 'no rollout is under way' };
    if (!among.includes(status)) return { ok: false, message: `the rollout is ${status}` };
    last.send({ on: event });
    return { ok: true };
  }

  return {
    face: {
      async roll(request, effects) {
        await Promise.resolve(); // outside a transition, whoever calls
        if (admission.isStopping()) return ended('interrupted', STOPPING);
        const begun = begin(request);
        if (typeof begun === 'string') {
          rooms.effects.metrics.rollouts.inc({ result: 'refused' });
          return ended('refused', begun);
        }
        last = runRollout(begun, request.policies, discreet(effects, rooms.effects.log), rooms);
        return last.ending;
      },
      rollout: () => last?.view(),
      pauseRollout: () => ask('pause', ['running']),
      resumeRollout: () => ask('resume', ['paused']),
      abortRollout: () => ask('abort', ['running', 'paused']),
    },
    halt: () => last?.halt(),
  };
}

/** A listener that cannot be told changes nothing. */
function discreet(effects: RolloutEffects, log: Log): RolloutEffects {
  return {
    evaluate: (plan, signal) => effects.evaluate(plan, signal),
    judge: (plan, signal) => effects.judge(plan, signal),
    record: (record) => effects.record(record),
    progress(line) {
      try {
        effects.progress(line);
      } catch (error) {
        log.error({ err: error, line }, 'the progress of a rollout cannot be told');
      }
    },
  };
}

/** A move that is of no replica there is, or of one that is there already. */
function misplaced(moves: readonly Move[], roster: Roster): string | undefined {
  for (const move of moves) {
    const isThere = roster.find(move.replica) !== undefined;
    const isAdded = kindOf(move) === 'add';
    if (isThere && isAdded) return `there is a replica called ${move.replica} already`;
    if (!isThere && !isAdded) return `no replica is called ${move.replica}`;
  }
  return undefined;
}

function surroundings(roster: Roster): Surroundings {
  const all = roster.all();
  const ready = all.filter((it) => it.status().state === 'ready').map((it) => it.plan.replica.name);
  return { running: all.map((it) => it.plan), ready: new Set(ready) };
}

function ended(result: RolloutEnding['result'], cause: string): RolloutEnding {
  return { result, cause, revertFailed: [] };
}
