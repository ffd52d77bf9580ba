import type { ReplicaPlan } from '../../engine/index.ts';
import type { ReplicaStatus } from '../fleet.ts';
import type { Replica } from './stage.ts';

/** A replica as others may see it. */
export function statusOf(
  plan: ReplicaPlan,
  { stage, restarts, lastExit }: Replica,
  { pid, sinceUnixMs }: Pick<ReplicaStatus, 'pid' | 'sinceUnixMs'>,
): ReplicaStatus {
  return {
    name: plan.replica.name,
    pool: plan.poolName,
    model: plan.pool.servedName,
    gpu: plan.replica.gpu,
    state: stage.in,
    phase: stage.in === 'starting' ? stage.phase : undefined,
    pid,
    endpoint: plan.endpoint,
    sinceUnixMs,
    restarts,
    lastExit,
    kvCapacityTokens: 'capacity' in stage ? stage.capacity.kvTokens : undefined,
  };
}
