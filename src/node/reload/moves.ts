import { replicaDefinitions, type Config, type PlanStep, type ReplicaDefinition } from '../../config/index.ts';
import type { ReplicaPlan } from '../../engine/index.ts';
import type { Move, PoolPolicy } from '../../supervisor/index.ts';

/** The steps of a plan as the supervisor takes them. */
export function movesOf(
  steps: readonly PlanStep[],
  planOf: (definition: ReplicaDefinition) => ReplicaPlan,
): readonly Move[] {
  return steps.map((step) => {
    const from = step.kind === 'add' ? undefined : planOf(step.before);
    const to = step.kind === 'remove' ? undefined : planOf(step.definition);
    const { replica, poolName } = step.kind === 'remove' ? step.before : step.definition;
    return { replica: replica.name, pool: poolName, from, to };
  });
}

/** How the pools of both configs may move: as the one that comes says; a pool that goes need not serve. */
export function policiesOf(from: Config, to: Config): Readonly<Record<string, PoolPolicy>> {
  const { drainTimeoutMs, startTimeoutMs } = to.rollout;
  const names = [...new Set([...Object.keys(from.pools), ...Object.keys(to.pools)])];
  return Object.fromEntries(
    names.map((name) => {
      const objectives = to.pools[name]?.objectives;
      const hold = objectives === undefined ? undefined : { holdMs: objectives.holdMs, share: objectives.share };
      return [name, { minReady: minReady(name, from, to), drainTimeoutMs, startTimeoutMs, hold }];
    }),
  );
}

/** Replicas of a pool that serve while another one moves: all but one of those that are there before and after. */
function minReady(pool: string, from: Config, to: Config): number {
  const wanted = to.pools[pool];
  if (wanted === undefined) return 0;
  return wanted.minReady ?? to.rollout.minReady ?? Math.max(0, Math.min(countOf(pool, from), countOf(pool, to)) - 1);
}

function countOf(pool: string, config: Config): number {
  return [...replicaDefinitions(config).values()].filter((it) => it.poolName === pool).length;
}
