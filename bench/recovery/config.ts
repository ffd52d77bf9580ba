/** Limits of hangs, a fifth of those shipped (30, 5 and 15 s) to make a round short; the figures are told beside them. */
export const STALL_AFTER_S = 6;
export const TIMEOUT_S = 1;
export const IDLE_PROBE_S = 3;

/** Two replicas on two cards. Everything but the limits below is as shipped. */
export const CONFIG = {
  pools: { bench: { model: 'sim/bench', max_model_len: 8192, args: { 'sim-start-s': 0.5 } } },
  replicas: [
    { name: 'bench-0', pool: 'bench', gpu: 0, gpu_memory_utilization: 0.9 },
    { name: 'bench-1', pool: 'bench', gpu: 1, gpu_memory_utilization: 0.9 },
  ],
  engine: { kind: 'sim' },
  health: { stall_after_s: STALL_AFTER_S, timeout_s: TIMEOUT_S, idle_probe_s: IDLE_PROBE_S },
  // Each round is the first restart in a row: at once.
  restart: { max_restarts: 10_000, healthy_after_s: 0.05 },
};
