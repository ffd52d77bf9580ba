export { deadlineSignal, delay, systemClock, type Cancel, type Clock, type Deadline } from './clock.ts';
export { measureEventLoopLag } from './event-loop-lag.ts';
export { createLog, silentLog, type LeveledLog, type Log } from './log.ts';
export { createMetrics, type Metrics } from './metrics.ts';
