import { z } from 'zod';

/** How the weights of a model's linear layers are kept. Embeddings and the output layer stay as they are. */
export type Quantization =
  | { readonly kind: 'none' }
  /** Whole numbers of so many bits: AWQ, GPTQ, and compressed-tensors of the same form. */
  | { readonly kind: 'int'; readonly bits: number; readonly groupSize: number | undefined; readonly hasZeros: boolean }
  | { readonly kind: 'fp8' }
  /** A method that this arithmetic does not know: the size has to come from the files. */
  | { readonly kind: 'unknown'; readonly method: string };

const FP16_BITS = 16;

/** Bits of one weight of a linear layer with its share of scales and zero points; `undefined` where it is not known. */
export function bitsPerWeight(quantization: Quantization, storedBits: number): number | undefined {
  if (quantization.kind === 'none') return storedBits;
  if (quantization.kind === 'fp8') return 8;
  if (quantization.kind === 'unknown') return undefined;
  const { bits, groupSize, hasZeros } = quantization;
  // A group has one fp16 scale and, unless symmetric, one zero point as wide as a weight (vllm/…/quantization/auto_awq.py).
  return bits + (groupSize === undefined ? 0 : (FP16_BITS + (hasZeros ? bits : 0)) / groupSize);
}

const weights = z.object({
  num_bits: z.number(),
  type: z.string(),
  group_size: z.number().nullish(),
  symmetric: z.boolean().nullish(),
});

/** `quantization_config` of a `config.json`, as the quantisers write it. */
export const quantizationSchema = z
  .object({
    quant_method: z.string(),
    bits: z.number().optional(),
    w_bit: z.number().optional(),
    group_size: z.number().nullish(),
    q_group_size: z.number().optional(),
    zero_point: z.boolean().optional(),
    config_groups: z.record(z.string(), z.object({ weights: weights.nullish() })).optional(),
  })
  .transform((it): Quantization => {
    const method = it.quant_method.toLowerCase();
    if (method === 'fp8' || method === 'fbgemm_fp8') return { kind: 'fp8' };
    if (method === 'awq' || method === 'gptq') {
      const bits = it.bits ?? it.w_bit ?? 4;
      const hasZeros = method === 'gptq' || it.zero_point !== false;
      return { kind: 'int', bits, groupSize: groupOf(it.group_size ?? it.q_group_size), hasZeros };
    }
    if (method === 'compressed-tensors') return compressed(it.config_groups) ?? { kind: 'unknown', method };
    return { kind: 'unknown', method };
  });

type Groups = Readonly<Record<string, { readonly weights?: z.infer<typeof weights> | null | undefined }>>;

/** One form for all layers is counted; a mixture is not. */
function compressed(groups: Groups | undefined): Quantization | undefined {
  const forms = Object.values(groups ?? {}).flatMap((it) => (it.weights ? [it.weights] : []));
  const [form] = forms;
  if (form === undefined || forms.length > 1) return undefined;
  if (form.type === 'float') return form.num_bits === 8 ? { kind: 'fp8' } : undefined;
  return { kind: 'int', bits: form.num_bits, groupSize: groupOf(form.group_size), hasZeros: form.symmetric === false };
}

/** -1 is one group for a whole row: its scale weighs nothing beside the row. */
function groupOf(size: number | null | undefined): number | undefined {
  return size === undefined || size === null || size <= 0 ? undefined : size;
}
