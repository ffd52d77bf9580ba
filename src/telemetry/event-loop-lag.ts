import type { Metrics } from './metrics.ts';

const SAMPLE_INTERVAL_MS = 500;

/** Measures how late timers fire and keeps the worst of each interval; returns how to stop. Never keeps the process alive. */
export function measureEventLoopLag(metrics: Metrics): () => void {
  let expectedMs = performance.now() + SAMPLE_INTERVAL_MS;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    metrics.eventLoopLagSeconds.set(Math.max(0, nowMs - expectedMs) / 1000);
    expectedMs = nowMs + SAMPLE_INTERVAL_MS;
  }, SAMPLE_INTERVAL_MS);
  timer.unref();
  return () => clearInterval(timer);
}
