import { z } from 'zod';
import { quantizationSchema, type Quantization } from './quantization.ts';

/** Types that weights are kept in, as `config.json` names them. */
export const FLOAT_BYTES = { float32: 4, float16: 2, bfloat16: 2 } as const;
export type FloatType = keyof typeof FLOAT_BYTES;

/** What the memory of a decoder depends on, from its own `config.json`. */
export interface ModelShape {
  readonly layers: number;
  readonly hiddenSize: number;
  /** Of the feed-forward part; of one expert where there are experts. */
  readonly intermediateSize: number;
  /** 1: no mixture of experts. */
  readonly experts: number;
  readonly attentionHeads: number;
  readonly kvHeads: number;
  readonly headSize: number;
  readonly vocabularySize: number;
  /** One table serves as embedding and as output layer. */
  readonly tiesEmbeddings: boolean;
  readonly storedAs: FloatType;
  readonly quantization: Quantization;
  /** Longest request that vLLM takes without being forced, in tokens. */
  readonly positionsMax: number | undefined;
  /** What of the model this arithmetic leaves out. */
  readonly notes: readonly string[];
}

/** `unsupported`: a model whose memory this arithmetic cannot tell, and why. */
export type ParsedShape =
  { readonly is: 'shape'; readonly shape: ModelShape } | { readonly is: 'unsupported'; readonly because: string };

const count = z.int().positive();
const rope = z
  .object({
    factor: z.number().optional(),
    type: z.string().optional(),
    rope_type: z.string().optional(),
    original_max_position_embeddings: z.number().optional(),
  })
  .nullish();

const decoder = z.object({
  num_hidden_layers: count,
  hidden_size: count,
  intermediate_size: count.nullish(),
  moe_intermediate_size: count.nullish(),
  num_experts: count.nullish(),
  num_local_experts: count.nullish(),
  n_routed_experts: count.nullish(),
  num_attention_heads: count,
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  vocab_size: count,
  tie_word_embeddings: z.boolean().nullish(),
  torch_dtype: z.string().nullish(),
  dtype: z.string().nullish(),
  max_position_embeddings: count.nullish(),
  rope_scaling: rope,
  sliding_window: z.number().nullish(),
  use_sliding_window: z.boolean().nullish(),
  layer_types: z.array(z.string()).nullish(),
  kv_lora_rank: z.number().nullish(),
  quantization_config: quantizationSchema.nullish(),
});
type Decoder = z.infer<typeof decoder>;

/** Reads the text of a `config.json`. Throws nothing. */
export function parseModelConfig(text: string): ParsedShape {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return { is: 'unsupported', because: 'its config.json is no JSON' };
  }
  const outer = z.record(z.string(), z.unknown()).safeParse(document);
  if (!outer.success) return { is: 'unsupported', because: 'its config.json is no object' };
  const isMultimodal = outer.data['text_config'] !== undefined;
  const inner = z.record(z.string(), z.unknown()).safeParse(outer.data['text_config']);
  const parsed = decoder.safeParse({ ...outer.data, ...(inner.success ? inner.data : {}) });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { is: 'unsupported', because: `its config.json: ${issue?.path.join('.')}: ${issue?.message}` };
  }
  const because = unsupported(parsed.data);
  if (because !== undefined) return { is: 'unsupported', because };
  return { is: 'shape', shape: shapeOf(parsed.data, isMultimodal) };
}

const COUNTED_LAYERS = ['full_attention', 'sliding_attention'];

function unsupported({ kv_lora_rank: latentRank, layer_types: types }: Decoder): string | undefined {
  if (latentRank) return 'multi-head latent attention (kv_lora_rank) is not counted here';
  const strange = types?.find((it) => !COUNTED_LAYERS.includes(it));
  return strange === undefined ? undefined : `layers of the type ${strange} are not counted here`;
}

function shapeOf(it: Decoder, isMultimodal: boolean): ModelShape {
  const experts = it.num_experts ?? it.num_local_experts ?? it.n_routed_experts ?? 1;
  return {
    layers: it.num_hidden_layers,
    hiddenSize: it.hidden_size,
    intermediateSize:
      (experts > 1 ? it.moe_intermediate_size : undefined) ?? it.intermediate_size ?? 4 * it.hidden_size,
    experts,
    attentionHeads: it.num_attention_heads,
    kvHeads: it.num_key_value_heads ?? it.num_attention_heads,
    headSize: it.head_dim ?? Math.floor(it.hidden_size / it.num_attention_heads),
    vocabularySize: it.vocab_size,
    tiesEmbeddings: it.tie_word_embeddings ?? false,
    storedAs: floatType(it.dtype ?? it.torch_dtype),
    quantization: it.quantization_config ?? { kind: 'none' },
    positionsMax: positionsMax(it),
    notes: notesOn(it, isMultimodal),
  };
}

function floatType(name: string | null | undefined): FloatType {
  if (name === 'float32' || name === 'float16') return name;
  return 'bfloat16';
}

/** Rope types whose `max_position_embeddings` is already the long one (vllm/config/model.py, `_get_and_verify_max_len`). */
const ALREADY_LONG = ['default', 'llama3', 'mrope', 'su', 'longrope'];

function positionsMax({ max_position_embeddings: positions, rope_scaling: scaling }: Decoder): number | undefined {
  if (!positions) return undefined;
  const type = scaling?.rope_type ?? scaling?.type ?? 'default';
  if (ALREADY_LONG.includes(type) || scaling?.factor === undefined) return positions;
  return Math.floor((scaling.original_max_position_embeddings ?? positions) * scaling.factor);
}

function notesOn(it: Decoder, isMultimodal: boolean): string[] {
  const hasWindow =
    it.layer_types?.includes('sliding_attention') ?? (it.sliding_window && it.use_sliding_window !== false);
  return [
    ...(hasWindow ? ['layers with a sliding window are counted as full ones, so more fits than told'] : []),
    ...(isMultimodal ? ['what images or audio take while they are encoded is not counted'] : []),
  ];
}
