import type { RestartConfig } from '../../config/index.ts';

/** The defaults of the config, but for a drain that tests need not wait for so long. */
export const policy: RestartConfig = {
  backoffInitialMs: 1_000,
  backoffMaxMs: 60_000,
  maxRestarts: 10,
  restartWindowMs: 3_600_000,
  healthyAfterMs: 300_000,
  drainTimeoutMs: 30_000,
  stopGraceMs: 10_000,
  phaseTimeoutMs: {
    spawned: 300_000,
    configuring: 300_000,
    downloading: 900_000,
    loading: 900_000,
    compiling: 1_200_000,
    kv_cache: 600_000,
    capturing: 600_000,
    listening: 120_000,
    warming: 180_000,
  },
};
