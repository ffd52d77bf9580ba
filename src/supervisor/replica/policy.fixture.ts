import type { RestartConfig } from '../../config/index.ts';

/** The defaults of the config. */
export const policy: RestartConfig = {
  backoffInitialMs: 1_000,
  backoffMaxMs: 60_000,
  healthyAfterMs: 300_000,
  startTimeoutMs: 1_800_000,
  drainTimeoutMs: 30_000,
  stopGraceMs: 10_000,
};
