import { queueSchema } from '../../../src/config/queue-section.ts';
import { createQueue, type Queue } from '../../../src/queue/index.ts';
import { silentLog as log, type Clock } from '../../../src/telemetry/index.ts';
import { createSilentMetrics } from '../silent-metrics.ts';
import type { Engine } from './engine.ts';
import { clockOf, createGate, type Gate } from './gate.ts';
import { POOL, type Scene } from './scene.ts';

/** One life of a host's node: the real queue, on a world that is not. */
export interface Process {
  readonly host: string;
  readonly gate: Gate;
  readonly clock: Clock;
  readonly queue: Queue;
  /** Requests of its clients that have no outcome. */
  readonly open: Set<string>;
  /** Those that have no grant now. */
  readonly waiting: Set<string>;
}

/** How a node is configured; the same on all hosts. */
export interface Setting {
  readonly leaseS: number;
  readonly onRedisDown: 'degraded' | 'refuse';
  readonly maxDepth: number;
}

const metrics = createSilentMetrics();
const STARTED_UNIX_MS = 1_700_000_000_000;

export function startProcess(
  { agenda, redis, wires, count }: Scene,
  host: string,
  { leaseS, onRedisDown, maxDepth }: Setting,
  engineOf: (replica: string) => Engine | undefined,
): Process {
  const gate = createGate();
  const clock = clockOf(agenda, gate);
  const config = queueSchema.parse({ lease_s: leaseS, on_redis_down: onRedisDown, max_depth: maxDepth });
  const queue = createQueue(config, [POOL], {
    store: redis.connect(host, clock, gate),
    wire: wires.open(host, gate),
    nodeName: host,
    send(replica, request) {
      const engine = engineOf(replica);
      if (engine) return engine.send(request, gate);
      return Promise.resolve({ ok: false, failure: 'refused', cause: 'ECONNREFUSED' });
    },
    clock,
    log,
    metrics,
    newId: () => `u${count()}`,
    unixMs: () => STARTED_UNIX_MS + clock.nowMs(),
    heard: () => {},
  });
  return { host, gate, clock, queue, open: new Set(), waiting: new Set() };
}
