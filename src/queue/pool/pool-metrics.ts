import type { Metrics } from '../../telemetry/index.ts';
import type { Priority } from '../ticket.ts';

/** One pool's series, in the words of the loop that writes them. */
export interface PoolMetrics {
  entered(priority: Priority): void;
  left(priority: Priority): void;
  granted(waitedMs: number): void;
  inFlight(replica: string, count: number): void;
  committed(tookMs: number): void;
  oldest(waitMs: number): void;
  suspected(): void;
  quarantined(): void;
  degraded(isDegraded: boolean): void;
}

export function createPoolMetrics(pool: string, metrics: Metrics): PoolMetrics {
  return {
    entered: (priority) => metrics.queueDepth.inc({ pool, priority }),
    left: (priority) => metrics.queueDepth.dec({ pool, priority }),
    granted: (waitedMs) => metrics.queueWaitSeconds.observe({ pool }, waitedMs / 1000),
    inFlight: (replica, count) => metrics.inflight.set({ replica }, count),
    committed: (tookMs) => metrics.redisCommandSeconds.observe({ pool }, tookMs / 1000),
    oldest: (waitMs) => metrics.queueOldestSeconds.set({ pool }, waitMs / 1000),
    suspected: () => metrics.suspects.inc({ pool }),
    quarantined: () => metrics.quarantined.inc({ pool }),
    degraded: (isDegraded) => metrics.queueDegraded.set({ pool }, isDegraded ? 1 : 0),
  };
}
