/** What is compared of an answer. */
export const METRICS = [
  'first_token', // of a stream: from the request to the first token
  'pace', // of a stream: between two tokens
  'whole', // of an answer in one piece: its time over its tokens
] as const;
export type Metric = (typeof METRICS)[number];

/** What one answer told of its replica. */
export interface Sample {
  /** The engine failed it. */
  readonly hasFailed: boolean;
  /** Requests that ran on the replica, this one among them. */
  readonly load: number;
  /** Of its prompt what was not in the prefix cache, as far as that was told. */
  readonly promptTokens: number;
  /** ms, as far as this answer tells. */
  readonly times: Readonly<Partial<Record<Metric, number>>>;
}

/** How an execution went, as far as it was seen. */
export interface Run {
  readonly end: 'answered' | 'left' | 'failed';
  readonly load: number;
  /** ms from its sending; `undefined` where the answer came in one piece. */
  readonly firstByteMs: number | undefined;
  readonly totalMs: number;
  readonly used: { readonly prompt: number; readonly completion: number; readonly cached: number } | undefined;
}

/** Answers shorter than this tell nothing of a pace. */
const PACED_TOKENS_MIN = 16;

/** What is kept of a run. One whose client left tells of its first token alone. */
export function sampleOf({ end, load, firstByteMs, totalMs, used }: Run): Sample {
  const promptTokens = used === undefined ? 0 : Math.max(used.prompt - used.cached, 0);
  const told = { load, promptTokens };
  if (end === 'failed') return { ...told, hasFailed: true, times: {} };
  const first = firstByteMs === undefined ? {} : { first_token: firstByteMs };
  const isPaced = end === 'answered' && used !== undefined && used.completion >= PACED_TOKENS_MIN;
  return { ...told, hasFailed: false, times: isPaced ? { ...first, ...paceOf(firstByteMs, totalMs, used) } : first };
}

function paceOf(
  firstByteMs: number | undefined,
  totalMs: number,
  { completion }: NonNullable<Run['used']>,
): Partial<Record<Metric, number>> {
  if (firstByteMs === undefined) return { whole: totalMs / completion };
  return { pace: (totalMs - firstByteMs) / (completion - 1) };
}
