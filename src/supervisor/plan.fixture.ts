import type { ReplicaPlan } from '../engine/index.ts';

/** A plan for a replica on a card, or on none. */
export function planOf(name: string, gpu: number | undefined, poolName = 'heavy'): ReplicaPlan {
  return {
    engine: { kind: 'sim', executable: undefined, env: {} },
    replica: { name, pool: poolName, gpu, gpuMemoryUtilization: 0.4, port: undefined, args: {} },
    pool: {
      model: 'example/model',
      revision: undefined,
      servedName: 'example/model',
      aliases: [],
      maxModelLen: undefined,
      toolCallParser: undefined,
      reasoningParser: undefined,
      chatTemplateKwargs: undefined,
      args: {},
    },
    poolName,
    endpoint: { kind: 'unix', path: `/run/${name}.sock` },
    cacheDirectory: `/cache/${name}`,
  };
}
