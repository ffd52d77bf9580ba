import type { Flags } from './flags.ts';
import { writeFlags } from './flags.ts';
import type { ReplicaPlan } from './launch.ts';

/** vLLM's own `--max-num-seqs`, by device (vllm/engine/arg_utils.py). */
const SEQUENCES_MAX_ON_GPU = 256;
const SEQUENCES_MAX_ON_CPU = 128;

/** Command line after the program's name: `serve MODEL --served-model-name … --uds …`. The same for each kind of engine. */
export function serveArguments(plan: ReplicaPlan): string[] {
  const { pool, poolName } = plan;
  // Replies carry the first name, so the real one leads.
  const names = new Set([pool.servedName, poolName, ...pool.aliases]);
  return ['serve', pool.model, '--served-model-name', ...names, ...writeFlags(flagsOf(plan))];
}

/** Requests that the replica runs at once. */
export function sequencesMax(plan: ReplicaPlan): number {
  const asked = Number(flagsOf(plan)['max-num-seqs']);
  if (Number.isInteger(asked) && asked > 0) return asked;
  return plan.replica.gpu === undefined ? SEQUENCES_MAX_ON_CPU : SEQUENCES_MAX_ON_GPU;
}

/** Ours, then the pool's, then the replica's own; the last word on a flag counts, and where to listen is ours alone. */
function flagsOf(plan: ReplicaPlan): Flags {
  const { replica, pool } = plan;
  return { ...defaultFlags(plan), ...pool.args, ...replica.args, ...listenFlags(plan) };
}

function defaultFlags({ replica, pool }: ReplicaPlan): Flags {
  return {
    revision: pool.revision,
    'gpu-memory-utilization': replica.gpuMemoryUtilization,
    'max-model-len': pool.maxModelLen,
    // vLLM refuses the first without the second.
    'enable-auto-tool-choice': pool.toolCallParser === undefined ? undefined : true,
    'tool-call-parser': pool.toolCallParser,
    'reasoning-parser': pool.reasoningParser,
    'default-chat-template-kwargs': pool.chatTemplateKwargs,
    'disable-access-log-for-endpoints': '/health,/metrics',
  };
}

function listenFlags({ endpoint }: ReplicaPlan): Flags {
  return endpoint.kind === 'unix' ? { uds: endpoint.path } : { host: endpoint.host, port: endpoint.port };
}
