import type { ReplicaStatus } from '../supervisor/index.ts';

/** Whether every pool can serve; `problem` tells which cannot, and what its replicas do instead. */
type Readiness = { readonly ready: true } | { readonly ready: false; readonly problem: string };

/** Judges the pools by this host's replicas; `elsewhere` are those that other hosts serve too. Pure. */
export function judgeReadiness(
  pools: readonly string[],
  replicas: readonly ReplicaStatus[],
  elsewhere: ReadonlySet<string>,
): Readiness {
  const problems = pools.flatMap((pool) => {
    if (elsewhere.has(pool)) return [];
    const own = replicas.filter((replica) => replica.pool === pool);
    if (own.some((replica) => replica.state === 'ready')) return [];
    return [`${pool} has no ready replica (${own.map(describe).join(', ') || 'it has none at all'})`];
  });
  return problems.length === 0 ? { ready: true } : { ready: false, problem: `${problems.join('; ')}.` };
}

function describe({ name, state, phase }: ReplicaStatus): string {
  return `${name} ${state}${state === 'starting' && phase !== undefined ? `: ${phase}` : ''}`;
}
