export { systemClock, type Cancel, type Clock } from './clock.ts';
export { measureEventLoopLag } from './event-loop-lag.ts';
export { createLog, silentLog, type Log } from './log.ts';
export { createMetrics, type Metrics } from './metrics.ts';
