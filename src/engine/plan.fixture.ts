import type { ReplicaPlan } from './launch.ts';

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
      ...change.pool,
    },
    poolName: 'heavy',
    endpoint: change.endpoint ?? { kind: 'unix', path: '/run/ssw-infer/heavy-0.sock' },
    cacheDirectory: '/var/cache/ssw-infer/heavy-0',
  };
}
