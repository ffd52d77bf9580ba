import type { ReplicaState, ReplicaStatus } from '../supervisor/index.ts';

/** A replica in some state, for tests of what listens to transitions. */
export function statusOf(name: string, state: ReplicaState, phase?: ReplicaStatus['phase']): ReplicaStatus {
  return {
    name,
    pool: 'heavy',
    model: 'm',
    engineModel: 'heavy',
    gpu: 0,
    state,
    waitingFor: undefined,
    phase,
    progress: undefined,
    notReadyBecause: undefined,
    pid: 1,
    endpoint: { kind: 'unix', path: '/x' },
    sinceUnixMs: 0,
    restarts: 0,
    restartsLeft: 10,
    lastExit: undefined,
    kvCapacityTokens: undefined,
  };
}
