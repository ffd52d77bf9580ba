import type { ReplicaPlan } from '../../engine/index.ts';
import type { LastExit, PhaseProgress, ReplicaStatus } from '../fleet.ts';
import type { Replica, Stage } from './stage.ts';

/** A replica as others may see it. */
export function statusOf(
  plan: ReplicaPlan,
  { stage, restarts, lastExit }: Replica,
  { pid, sinceUnixMs, restartsLeft }: Pick<ReplicaStatus, 'pid' | 'sinceUnixMs' | 'restartsLeft'>,
): ReplicaStatus {
  return {
    name: plan.replica.name,
    pool: plan.poolName,
    model: plan.pool.servedName,
    engineModel: plan.replica.url === undefined ? plan.poolName : plan.pool.servedName,
    gpu: plan.replica.gpu,
    state: stage.in,
    waitingFor: stage.in === 'waiting_for_card' ? stage.for : undefined,
    phase: stage.in === 'starting' ? stage.progress.phase : undefined,
    progress: progressOf(stage),
    notReadyBecause: 'notReadyBecause' in stage ? stage.notReadyBecause : undefined,
    pid,
    endpoint: plan.endpoint,
    sinceUnixMs,
    restarts,
    restartsLeft,
    lastExit: lastExitOf(stage, lastExit),
    kvCapacityTokens: 'capacity' in stage ? stage.capacity.kvTokens : undefined,
  };
}

/** With what to do about a replica that is down. */
function lastExitOf(stage: Stage, lastExit: LastExit | undefined): LastExit | undefined {
  if (lastExit === undefined || stage.in !== 'failed' || stage.advice === undefined) return lastExit;
  return { ...lastExit, advice: stage.advice };
}

function progressOf(stage: Stage): PhaseProgress | undefined {
  if (stage.in !== 'starting') return undefined;
  const { done, total } = stage.progress;
  return done === undefined || total === undefined ? undefined : { done, total };
}
