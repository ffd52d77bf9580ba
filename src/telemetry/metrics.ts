import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** vLLM's bucket edges, so that series line up with the engines' (vllm/v1/metrics/loggers.py). Seconds. */
const TIME_TO_FIRST_TOKEN_S = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560,
];
const REQUEST_S = [0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680];
const INTER_TOKEN_S = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80];
const OVERHEAD_S = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];
const ROUND_TRIP_S = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2];
const PROBE_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const START_S = [0.1, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600, 1200];

/** Every series this program exports, in one place; `/metrics` renders `registry`. */
export type Metrics = ReturnType<typeof createMetrics>;

/** Makes a fresh set of series; two nodes in one test do not share counts. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter<L>({ name: `sswinfer_${name}`, help, labelNames: [...labelNames], registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge<L>({ name: `sswinfer_${name}`, help, labelNames: [...labelNames], registers });
  const histogram = <L extends string>(name: string, help: string, buckets: number[], labelNames: readonly L[] = []) =>
    new Histogram<L>({ name: `sswinfer_${name}`, help, buckets, labelNames: [...labelNames], registers });

  return {
    registry,
    rolloutActive: gauge('rollout_active', '1 while replicas are moved to another plan, or back.'),
    rollouts: counter('rollouts_total', 'Rollouts by how they ended.', ['result']),
    rolloutStepSeconds: histogram('rollout_step_seconds', 'Time that a move of a rollout spent in each step.', START_S, [
      'step',
    ]),
    queueDepth: gauge('queue_depth', 'Requests waiting in line.', ['pool', 'priority']),
    queueOldestSeconds: gauge('queue_oldest_seconds', 'Age of the request that waits longest.', ['pool']),
    queueWaitSeconds: histogram('queue_wait_seconds', 'Time in line, over all attempts.', TIME_TO_FIRST_TOKEN_S, [
      'pool',
    ]),
    queueDegraded: gauge('queue_degraded', "1 while a pool's line is this node's memory, for want of Redis.", ['pool']),
    queueBodyBytes: gauge('queue_body_bytes', 'Bodies of requests that wait or run on this node.'),
    suspects: counter(
      'suspects_total',
      'Requests set apart to run alone: they, or their like, were in two engine deaths.',
      ['pool'],
    ),
    quarantined: counter('quarantined_total', 'Requests found to kill engines, each time.', ['pool']),
    inflight: gauge('inflight', 'Requests granted to a replica and not finished.', ['replica']),
    requests: counter('requests_total', 'Requests by how they ended.', ['pool', 'outcome']),
    requestDurationSeconds: histogram('request_duration_seconds', 'Request in to last byte out.', REQUEST_S, ['pool']),
    timeToFirstTokenSeconds: histogram(
      'time_to_first_token_seconds',
      'Request in to first body byte.',
      TIME_TO_FIRST_TOKEN_S,
      ['pool'],
    ),
    interTokenLatencySeconds: histogram(
      'inter_token_latency_seconds',
      'Mean time between chunks of one stream.',
      INTER_TOKEN_S,
      ['pool'],
    ),
    fallbacks: counter('fallbacks_total', 'Requests that another pool took over.', ['pool', 'to']),
    guardrailMatches: counter('guardrail_matches_total', 'Requests and answers that a guardrail rule found.', [
      'rule',
      'action',
      'on',
    ]),
    guardrailHook: counter('guardrail_hook_total', 'Requests by what the guardrail service said of them.', ['result']),
    guardrailHookSeconds: histogram('guardrail_hook_seconds', 'Time that it took.', PROBE_S),
    tokens: counter('tokens_total', 'Tokens that engines reported; of a stream cut before that, its events.', [
      'tenant',
      'pool',
      'kind',
    ]),
    gatewayOverheadSeconds: histogram(
      'gateway_overhead_seconds',
      'Time in this process before the engine was asked, waiting in line excluded.',
      OVERHEAD_S,
      ['pool'],
    ),
    keyRefusals: counter('key_refusals_total', 'Requests turned away for their API key.', ['reason']),
    keysAccepted: gauge('keys_accepted', 'API keys that are let in now.'),
    keysLoad: counter('keys_load_total', 'Readings of changed API keys by result.', ['result']),
    keysStale: gauge('keys_stale', '1 while the API keys cannot be read: those of the last good reading count.'),
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
    redisUp: gauge('redis_up', '1 while Redis answers.'),
    redisCommandSeconds: histogram('redis_command_seconds', 'Round trips of the queue.', ROUND_TRIP_S, ['pool']),
    relayFrames: counter('relay_frames_total', 'Messages to and from other nodes.', ['direction']),
    relayRebuilds: counter('relay_rebuilds_total', 'Connections for such messages made anew: nothing came through.'),
    duplicateClaims: counter(
      'duplicate_claims_total',
      'Executions refused because no request of ours was bound to them.',
    ),
    configReload: counter('config_reload_total', 'Reloads by result.', ['result']),
    configLastReloadSuccessTimestampSeconds: gauge(
      'config_last_reload_success_timestamp_seconds',
      'Unix time of the last good reload.',
    ),
    openDescriptors: gauge('open_descriptors', 'Descriptors this process holds, most of them connections.'),
    eventLoopLagSeconds: gauge('event_loop_lag_seconds', 'How late a timer fired, worst of the last interval.'),
    buildInfo: gauge('build_info', 'Always 1; the labels tell.', ['version', 'commit', 'bun']),
  };
}
