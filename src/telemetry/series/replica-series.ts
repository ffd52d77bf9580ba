import { PROBE_S, START_S } from './buckets.ts';
import type { SeriesMaker } from './series-maker.ts';

/** Replicas, and what moves them. */
export function replicaSeries({ counter, gauge, histogram }: SeriesMaker) {
  return {
    rolloutActive: gauge('rollout_active', '1 while replicas are moved to another plan, or back.'),
    rollouts: counter('rollouts_total', 'Rollouts by how they ended.', ['result']),
    rolloutStepSeconds: histogram(
      'rollout_step_seconds',
      'Time that a move of a rollout spent in each step.',
      START_S,
      ['step'],
    ),
    replicaState: gauge('replica_state', '1 for the state a replica is in.', ['replica', 'state']),
    replicaTransitions: counter('replica_transitions_total', 'Times a replica came into a state.', [
      'replica',
      'state',
    ]),
    replicaRestarts: counter('replica_restarts_total', 'Endings of an engine that were not asked for.', [
      'replica',
      'cause',
    ]),
    replicaStartSeconds: histogram('replica_start_seconds', 'Time spent in each phase of a start.', START_S, ['phase']),
    healthProbeSeconds: histogram('health_probe_seconds', 'Duration of probes.', PROBE_S, [
      'replica',
      'kind',
      'result',
    ]),
  };
}
