import type { ReplicaConfig } from '../config/index.ts';
import type { ReplicaPlan } from '../engine/index.ts';
import { policy } from './replica/policy.fixture.ts';

/** A plan for a replica on a card, or on none. */
export function planOf(
  name: string,
  gpu: number | undefined,
  poolName = 'heavy',
  more: Partial<ReplicaConfig> = {},
): ReplicaPlan {
  return {
    engine: { kind: 'sim', executable: undefined, env: {} },
    replica: {
      name,
      pool: poolName,
      gpu,
      gpuMemoryUtilization: 0.4,
      port: undefined,
      url: undefined,
      args: {},
      restart: policy,
      ...more,
    },
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
      minReady: undefined,
      objectives: undefined,
    },
    poolName,
    endpoint: { kind: 'unix', path: `/run/${name}.sock` },
    cacheDirectory: `/cache/${name}`,
  };
}

/** A plan for an engine that somebody else runs. */
export function externalPlanOf(name: string): ReplicaPlan {
  const plan = planOf(name, undefined, 'heavy', { url: 'http://engine:8000', gpuMemoryUtilization: undefined });
  return {
    ...plan,
    engine: { kind: 'external', executable: undefined, env: {} },
    endpoint: { kind: 'tcp', host: 'engine', port: 8000 },
  };
}
