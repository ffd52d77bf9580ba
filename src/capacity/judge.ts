import { GIB, gibText, upTo } from './bytes.ts';
import type { EngineSettings } from './engine-settings.ts';
import type { ModelFacts } from './model-facts.ts';

/** `no`: vLLM refuses to start for certain. `unlikely`: it does where this start takes as much as others did. */
export type Verdict = 'fits' | 'unlikely' | 'no';

export interface Judged {
  readonly verdict: Verdict;
  /** Why it does not fit, with what would. */
  readonly because: string | undefined;
  /** What an operator should know of one that fits. */
  readonly note?: string;
}

/** What a verdict rests on. */
export interface Case {
  readonly facts: ModelFacts;
  readonly settings: EngineSettings;
  readonly cardBytes: number;
  readonly weightsBytes: number;
  /** Left for the KV cache where the start takes what is to be expected; negative where that is too much. */
  readonly likelyBytes: number;
  /** The same where it takes no more than any start must. */
  readonly atBestBytes: number;
  readonly kvBytesPerToken: number;
  /** What the others of the card leave of it, as a share. */
  readonly shareMax: number;
  /** `VLLM_ALLOW_LONG_MAX_MODEL_LEN`. */
  readonly forcesLength: boolean;
}

/** Says no where vLLM would: a request too long for the model, or no room for one request (v1/core/kv_cache_utils.py). */
export function judge(it: Case): Judged {
  const { maxModelLen } = it.settings;
  const { positionsMax } = it.facts.shape;
  if (maxModelLen !== undefined && positionsMax !== undefined && maxModelLen > positionsMax && !it.forcesLength) {
    const because = `max_model_len ${maxModelLen} is more than the ${positionsMax} tokens that the model takes`;
    return { verdict: 'no', because };
  }
  const neededBytes = neededBytesOf(it);
  const { kvCacheBytes } = it.settings;
  if (kvCacheBytes !== undefined && it.weightsBytes + kvCacheBytes > it.cardBytes) {
    const because = `weights of ${gibText(it.weightsBytes)} and kv-cache-memory-bytes of ${gibText(kvCacheBytes)} are more than the card`;
    return { verdict: 'no', because };
  }
  if (it.atBestBytes < neededBytes) return { verdict: 'no', because: shortage(it, it.atBestBytes, 'at best') };
  if (it.likelyBytes < neededBytes) return { verdict: 'unlikely', because: shortage(it, it.likelyBytes, 'likely') };
  const spareBytes = it.likelyBytes - neededBytes;
  if (kvCacheBytes !== undefined || spareBytes >= ERROR_SEEN_BYTES) return { verdict: 'fits', because: undefined };
  const note = `tight: ${gibText(spareBytes)} more than one request of the longest length needs; docs/capacity.md tells how far off this may be`;
  return { verdict: 'fits', because: undefined, note };
}

/** The largest error of `recorded.test.ts`, rounded up. */
const ERROR_SEEN_BYTES = 1 * GIB;

/** Of one request of the longest length, in whole blocks; of one block where no length is known. */
function neededBytesOf({ settings, kvBytesPerToken }: Case): number {
  return upTo(settings.maxModelLen ?? 1, settings.blockTokens) * kvBytesPerToken;
}

function shortage(it: Case, leftBytes: number, how: 'at best' | 'likely'): string {
  const { settings, weightsBytes, cardBytes } = it;
  const budget = `of ${gibText(Math.ceil(cardBytes * settings.utilization))} (${settings.utilization} of the card)`;
  const needed = `one request of ${settings.maxModelLen ?? 1} tokens needs ${gibText(neededBytesOf(it))}`;
  const left = leftBytes <= 0 ? 'nothing is' : `${gibText(leftBytes)} are`;
  return `${budget} the weights take ${gibText(weightsBytes)}, and ${how} ${left} left for KV cache: ${needed}; ${remedy(it)}`;
}

/** What would make room, by the expected figures: a larger share, or shorter requests. */
function remedy(it: Case): string {
  const { settings, likelyBytes, kvBytesPerToken, cardBytes } = it;
  const fitting = Math.floor(likelyBytes / kvBytesPerToken / settings.blockTokens) * settings.blockTokens;
  const shorter = fitting > 0 ? `lower max_model_len to ${fitting}` : undefined;
  if (settings.kvCacheBytes !== undefined) return `raise kv-cache-memory-bytes${shorter ? ` or ${shorter}` : ''}`;
  const share = settings.utilization + (neededBytesOf(it) - likelyBytes) / cardBytes;
  const least = Math.ceil(share * 100) / 100;
  const larger =
    least <= it.shareMax + 1e-9 ? `raise gpu_memory_utilization to ${least.toFixed(2)} or more` : undefined;
  const ways = [larger, shorter].filter((way) => way !== undefined);
  return ways.length > 0 ? ways.join(', or ') : 'take a smaller model or a larger card';
}
