import { TIME_TO_FIRST_TOKEN_S, ROUND_TRIP_S } from './buckets.ts';
import type { SeriesMaker } from './series-maker.ts';

/** Waiting in line, and what was set apart there. */
export function queueSeries({ counter, gauge, histogram }: SeriesMaker) {
  return {
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
    redisUp: gauge('redis_up', '1 while Redis answers.'),
    redisCommandSeconds: histogram('redis_command_seconds', 'Round trips of the queue.', ROUND_TRIP_S, ['pool']),
    relayFrames: counter('relay_frames_total', 'Messages to and from other nodes.', ['direction']),
    relayRebuilds: counter('relay_rebuilds_total', 'Connections for such messages made anew: nothing came through.'),
    duplicateClaims: counter(
      'duplicate_claims_total',
      'Executions refused because no request of ours was bound to them.',
    ),
  };
}
