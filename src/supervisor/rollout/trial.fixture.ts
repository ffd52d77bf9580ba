import type { ReplicaPlan } from '../../engine/index.ts';
import { createFleet, type FleetOnTrial } from '../fleet.fixture.ts';
import type { RolloutRecord } from './record.ts';
import type { Move, PoolPolicy, RolloutEffects, RolloutEnding, RolloutRequest, Verdict } from './request.ts';

/** A rollout in a world in which no time passes by itself. */
export interface Trial extends FleetOnTrial {
  /** What the gate and the objectives say; may be set while it is under way. */
  readonly say: { evaluate: Promise<Verdict> | Verdict; judge: Promise<Verdict> | Verdict };
  /** Replicas that were evaluated and judged, in order. */
  readonly checked: string[];
  readonly lines: string[];
  readonly records: RolloutRecord[];
  readonly asked: { -readonly [Key in keyof RolloutEffects]: RolloutEffects[Key] };
  /** Begins one; `ending` is there once it has ended. */
  roll(this: void, moves: readonly Move[], more?: Partial<RolloutRequest>): { ending?: RolloutEnding };
  /** The real model of each replica that serves. */
  models(this: void): Record<string, string>;
}

const START_TIMEOUT_MS = 600_000;
export const HOLD_MS = 60_000;

export const AT_ONCE: PoolPolicy = {
  minReady: 1,
  drainTimeoutMs: undefined,
  startTimeoutMs: START_TIMEOUT_MS,
  hold: undefined,
};
export const HELD: PoolPolicy = { ...AT_ONCE, hold: { holdMs: HOLD_MS, share: 0.25 } };

/** The same replica with another model. */
export function renewed(plan: ReplicaPlan): ReplicaPlan {
  return { ...plan, pool: { ...plan.pool, servedName: 'example/new' } };
}

export function moveOf(from: ReplicaPlan | undefined, to: ReplicaPlan | undefined): Move {
  const { replica, poolName } = to ?? from ?? never();
  return { replica: replica.name, pool: poolName, from, to };
}

function never(): never {
  throw new Error('a move is from somewhere or to somewhere');
}

export const rollOf = (plan: ReplicaPlan): Move => moveOf(plan, renewed(plan));

export function createTrial(...plans: readonly ReplicaPlan[]): Trial {
  const fleet = createFleet(...plans);
  const say: Trial['say'] = { evaluate: { ok: true }, judge: { ok: true } };
  const checked: string[] = [];
  const lines: string[] = [];
  const records: RolloutRecord[] = [];

  const asked: Trial['asked'] = {
    evaluate(plan) {
      checked.push(`evaluate ${plan.replica.name} ${plan.pool.servedName}`);
      return Promise.resolve(say.evaluate);
    },
    judge(plan) {
      checked.push(`judge ${plan.replica.name} ${plan.pool.servedName}`);
      return Promise.resolve(say.judge);
    },
    record(record) {
      records.push(record);
      return Promise.resolve();
    },
    progress: (line) => void lines.push(line),
  };

  return {
    ...fleet,
    say,
    checked,
    lines,
    records,
    asked,
    roll(moves, more = {}) {
      const policies = { heavy: AT_ONCE, light: AT_ONCE };
      const watched: { ending?: RolloutEnding } = {};
      void fleet.supervisor.roll({ id: 'r1', moves, policies, ...more }, asked).then((it) => (watched.ending = it));
      return watched;
    },
    models() {
      const ready = fleet.supervisor.replicas().filter((it) => it.state === 'ready');
      return Object.fromEntries(ready.map((it) => [it.name, it.model]));
    },
  };
}
