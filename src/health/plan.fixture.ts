import type { HealthConfig, RestartConfig } from '../config/index.ts';
import type { ReplicaPlan } from '../engine/index.ts';

/** The defaults of a config. */
export const limits: HealthConfig = {
  intervalMs: 1000,
  timeoutMs: 5000,
  deadAfterMs: 15_000,
  stallAfterMs: 30_000,
  idleProbeMs: 15_000,
};

const minute = 60_000;

/** Not read here. */
const restart: RestartConfig = {
  backoffInitialMs: 1000,
  backoffMaxMs: minute,
  maxRestarts: 10,
  restartWindowMs: 60 * minute,
  healthyAfterMs: 5 * minute,
  drainTimeoutMs: minute,
  stopGraceMs: 10_000,
  phaseTimeoutMs: {
    spawned: minute,
    configuring: minute,
    downloading: minute,
    loading: minute,
    compiling: minute,
    kv_cache: minute,
    capturing: minute,
    listening: minute,
    warming: minute,
  },
};

export const plan: ReplicaPlan = {
  engine: { kind: 'vllm', env: {} },
  replica: {
    name: 'heavy-0',
    pool: 'heavy',
    gpu: 0,
    gpuMemoryUtilization: 0.5,
    port: undefined,
    url: undefined,
    restart,
    args: {},
  },
  pool: {
    model: 'm',
    revision: undefined,
    servedName: 'Qwen/Qwen2.5-14B',
    aliases: [],
    maxModelLen: 8192,
    toolCallParser: undefined,
    reasoningParser: undefined,
    chatTemplateKwargs: undefined,
    minReady: undefined,
    objectives: undefined,
    args: { 'max-num-seqs': 16 },
  },
  poolName: 'heavy',
  endpoint: { kind: 'unix', path: '/run/heavy-0.sock' },
  cacheDirectory: '/var/cache/heavy-0',
};
