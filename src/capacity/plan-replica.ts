import { CARD_MEMORY_FRACTION_MAX, type PoolConfig, type ReplicaConfig } from '../config/index.ts';
import { leastOverhead, likelyOverhead, overheadBytes, type Overhead } from './assumptions.ts';
import { engineSettings, type EngineSettings } from './engine-settings.ts';
import { judge, type Verdict } from './judge.ts';
import type { FoundModel, ModelFacts } from './model-facts.ts';
import { weightBytes } from './weights.ts';

/** Requests of this many tokens, prompt and answer together, are told to fit so many times. */
export const REQUEST_LENGTHS = [1024, 4096, 16_384] as const;

/** One replica's share of its card, in bytes. */
export interface ReplicaCapacity {
  readonly replica: string;
  readonly pool: string;
  readonly model: string;
  /** Share of the whole card, 0..1. */
  readonly utilization: number;
  readonly budgetBytes: number;
  readonly memory: ReplicaMemory | undefined;
  readonly verdict: Verdict | 'unknown';
  /** Why it does not fit, or is not known. */
  readonly because: string | undefined;
  readonly notes: readonly string[];
}

export interface ReplicaMemory {
  readonly source: ModelFacts['source'];
  readonly weightsBytes: number;
  readonly overhead: Overhead;
  readonly kvBytes: number;
  readonly kvBytesPerToken: number;
  /** Whole blocks. */
  readonly kvTokens: number;
  readonly maxModelLen: number | undefined;
  /** How many requests of a length run at once, by their KV cache and `--max-num-seqs`; none longer than the model takes. */
  readonly atOnce: readonly { readonly tokens: number; readonly requests: number }[];
}

/** A replica with its pool, the model that was found for it, and the environment of its engine. */
export interface Subject {
  readonly pool: PoolConfig;
  readonly replica: ReplicaConfig;
  readonly model: FoundModel;
  readonly env: Readonly<Record<string, string>>;
  /** What the others of the card leave of it, as a share. */
  readonly shareMax: number;
}

/** Plans one replica on a card of so many bytes. Pure. */
export function planReplica(subject: Subject, cardBytes: number): ReplicaCapacity {
  const { pool, replica, model } = subject;
  if (model.is === 'unknown') return notKnown(subject, cardBytes, model.because);
  const { facts } = model;
  const settings = engineSettings(pool, replica, facts.shape, cardBytes);
  if (settings.spreads) return notKnown(subject, cardBytes, 'engines that span several cards are not counted here');
  const weights = weightBytes(facts, settings);
  if (weights === undefined)
    return notKnown(subject, cardBytes, 'its quantisation is not known here, and its weights are not on this host');
  const memory = memoryOf(facts, settings, weights, cardBytes);
  const judged = judge({
    facts,
    settings,
    cardBytes,
    weightsBytes: weights,
    likelyBytes: kvBytesFor(settings, cardBytes, weights + overheadBytes(memory.overhead)),
    atBestBytes: kvBytesFor(settings, cardBytes, weights + overheadBytes(leastOverhead(facts.shape, settings))),
    kvBytesPerToken: memory.kvBytesPerToken,
    shareMax: subject.shareMax,
    forcesLength: (subject.env['VLLM_ALLOW_LONG_MAX_MODEL_LEN'] ?? '0') !== '0',
  });
  const notes = [...(judged.note === undefined ? [] : [judged.note]), ...notesOn(facts, settings)];
  const { verdict, because } = judged;
  return { ...heading(subject, cardBytes, settings.utilization), memory, verdict, because, notes };
}

function notesOn({ shape }: ModelFacts, { uncounted }: EngineSettings): string[] {
  return [...shape.notes, ...uncounted.map((it) => `what --${it} changes is not counted`)];
}

function heading({ pool, replica }: Subject, cardBytes: number, utilization: number) {
  const budgetBytes = Math.ceil(cardBytes * utilization);
  return { replica: replica.name, pool: replica.pool, model: pool.model, utilization, budgetBytes };
}

function notKnown(subject: Subject, cardBytes: number, because: string): ReplicaCapacity {
  const utilization = subject.replica.gpuMemoryUtilization ?? CARD_MEMORY_FRACTION_MAX;
  return { ...heading(subject, cardBytes, utilization), memory: undefined, verdict: 'unknown', because, notes: [] };
}

function memoryOf(facts: ModelFacts, settings: EngineSettings, weightsBytes: number, cardBytes: number): ReplicaMemory {
  const overhead = likelyOverhead(facts.shape, settings);
  const kvBytesPerToken = kvBytesOfToken(facts, settings);
  const kvBytes = Math.max(0, kvBytesFor(settings, cardBytes, weightsBytes + overheadBytes(overhead)));
  const blocks = Math.floor(kvBytes / (settings.blockTokens * kvBytesPerToken));
  const { maxModelLen, blockTokens, sequencesMax } = settings;
  const fitting = REQUEST_LENGTHS.filter((it) => maxModelLen === undefined || it <= maxModelLen);
  const atOnce = fitting.map((tokens) => ({
    tokens,
    requests: Math.min(sequencesMax, Math.floor(blocks / Math.ceil(tokens / blockTokens))),
  }));
  const kvTokens = blocks * blockTokens;
  return { source: facts.source, weightsBytes, overhead, kvBytes, kvBytesPerToken, kvTokens, maxModelLen, atOnce };
}

/** Key and value, of each KV head of each layer. */
function kvBytesOfToken({ shape }: ModelFacts, { kvElementBytes }: EngineSettings): number {
  return 2 * shape.layers * shape.kvHeads * shape.headSize * kvElementBytes;
}

/** What is left of the share; `--kv-cache-memory-bytes` says it instead (vllm/v1/worker/gpu_worker.py). */
function kvBytesFor({ kvCacheBytes, utilization }: EngineSettings, cardBytes: number, takenBytes: number): number {
  return kvCacheBytes ?? Math.ceil(cardBytes * utilization) - takenBytes;
}
