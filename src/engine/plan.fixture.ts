import type { ReplicaPlan } from './launch.ts';

const RESTART: ReplicaPlan['replica']['restart'] = {
  backoffInitialMs: 1000,
  backoffMaxMs: 60_000,
  maxRestarts: 10,
  restartWindowMs: 3_600_000,
  healthyAfterMs: 300_000,
  drainTimeoutMs: 120_000,
  stopGraceMs: 10_000,
  phaseTimeoutMs: {
    spawned: 1000,
    configuring: 1000,
    downloading: 1000,
    loading: 1000,
    compiling: 1000,
    kv_cache: 1000,
    capturing: 1000,
    listening: 1000,
    warming: 1000,
  },
};

/** A replica of a pool with nothing said that need not be. */
export function planOf(change: {
  readonly replica?: Partial<ReplicaPlan['replica']>;
  readonly pool?: Partial<ReplicaPlan['pool']>;
  readonly endpoint?: ReplicaPlan['endpoint'];
  readonly engine?: Partial<ReplicaPlan['engine']>;
}): ReplicaPlan {
  return {
    engine: { kind: 'vllm', env: {}, ...change.engine },
    replica: {
      name: 'heavy-0',
      pool: 'heavy',
      gpu: 0,
      gpuMemoryUtilization: undefined,
      port: undefined,
      url: undefined,
      restart: RESTART,
      args: {},
      ...change.replica,
    },
    pool: {
      model: 'Qwen/Qwen2.5-14B-Instruct-AWQ',
      revision: undefined,
      servedName: 'Qwen/Qwen2.5-14B-Instruct-AWQ',
      aliases: [],
      maxModelLen: undefined,
      toolCallParser: undefined,
      reasoningParser: undefined,
      chatTemplateKwargs: undefined,
      args: {},
      minReady: undefined,
      objectives: undefined,
      ...change.pool,
    },
    poolName: 'heavy',
    endpoint: change.endpoint ?? { kind: 'unix', path: '/run/ssw-infer/heavy-0.sock' },
    cacheDirectory: '/var/cache/ssw-infer/heavy-0',
  };
}
