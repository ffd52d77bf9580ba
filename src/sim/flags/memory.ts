import { LEDGER_VARIABLE } from '../card/ledger.ts';
import type { MemoryPlan, ModelLength } from '../core/start-memory.ts';
import type { FlagReader } from './read.ts';

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What is known of the model and of what happens to its memory. */
export type ModelAsked = Pick<MemoryPlan, 'model' | 'length' | 'keepMs'>;

/** vLLM's own (vllm/config/cache.py:66). */
const UTILIZATION = 0.92;

/** The accounts that a start must keep: on the first visible card, where a ledger is named. `undefined` where there is neither. */
export function memoryPlan(flags: FlagReader, environment: Environment, asked: ModelAsked): MemoryPlan | undefined {
  const ledger = flags.text('sim-card-ledger') ?? environment[LEDGER_VARIABLE];
  const [, card] = /^\s*(\d+)/.exec(environment['CUDA_VISIBLE_DEVICES'] ?? '') ?? [];
  if (ledger === undefined || card === undefined) return undefined;
  return {
    ledger,
    card: Number(card),
    cardMib: flags.number('sim-card-mib'),
    utilization: flags.number('gpu-memory-utilization') ?? UTILIZATION,
    kvCacheBytes: flags.number('kv-cache-memory-bytes'),
    kvTokens: flags.number('sim-kv-tokens'),
    ...asked,
  };
}

/** Of models whose own length nobody asks for: the length of every simulated one. */
const MODEL_LEN = 32_768;

export function modelLength(flags: FlagReader): ModelLength {
  const asked = flags.number('max-model-len') ?? -1;
  return asked < 0 ? { tokens: MODEL_LEN, must: 'fit' } : { tokens: asked, must: 'hold' };
}
