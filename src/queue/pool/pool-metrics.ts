import type { Metrics } from '../../telemetry/index.ts';
import { PRIORITIES, type Priority } from '../ticket.ts';

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

/** What many requests of one turn of the event loop change is written once at its end: each write costs about a µs. */
export function createPoolMetrics(pool: string, metrics: Metrics): PoolMetrics {
  const labels = { pool };
  const depths = { interactive: 0, default: 0, bulk: 0 };
  const written = { ...depths };
  const running = new Map<string, number>();
  let isDue = false;

  function write(): void {
    isDue = false;
    for (const priority of PRIORITIES) {
      if (written[priority] === depths[priority]) continue;
      written[priority] = depths[priority];
      metrics.queueDepth.set({ pool, priority }, depths[priority]);
    }
    for (const [replica, count] of running) metrics.inflight.set({ replica }, count);
    running.clear();
  }
  function writeSoon(): void {
    if (isDue) return;
    isDue = true;
    setImmediate(write);
  }

  return {
    entered(priority) {
      depths[priority] += 1;
      writeSoon();
    },
    left(priority) {
      depths[priority] -= 1;
      writeSoon();
    },
    inFlight(replica, count) {
      running.set(replica, count);
      writeSoon();
    },
    granted: (waitedMs) => metrics.queueWaitSeconds.observe(labels, waitedMs / 1000),
    committed: (tookMs) => metrics.redisCommandSeconds.observe(labels, tookMs / 1000),
    oldest: (waitMs) => metrics.queueOldestSeconds.set({ pool }, waitMs / 1000),
    suspected: () => metrics.suspects.inc({ pool }),
    quarantined: () => metrics.quarantined.inc({ pool }),
    degraded: (isDegraded) => metrics.queueDegraded.set({ pool }, isDegraded ? 1 : 0),
  };
}
