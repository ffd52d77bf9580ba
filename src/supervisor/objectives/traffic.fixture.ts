import type { Sample } from './sample.ts';

/** Random numbers from a seed: mulberry32, by Tommy Ettinger. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A replica and what is asked of it. */
export interface Replica {
  /** 1 is as fast as all others. */
  readonly slowness: number;
  /** Most requests that it has at once. */
  readonly loadMax: number;
  /** Standard deviation of the logarithm of its times, what load and prompt explain left out. */
  readonly noise: number;
  /** Part of its answers that take ten times as long for no reason. */
  readonly outliers: number;
  /** Part that its engine fails. */
  readonly failures: number;
  readonly streams: number;
}

export const CALM: Replica = { slowness: 1, loadMax: 32, noise: 0.4, outliers: 0.01, failures: 0.002, streams: 0.7 };

/** One answer of a replica, as a model of vLLM's times by load and length of the prompt would have it. */
export function answerOf(
  { slowness, loadMax, noise, outliers, failures, streams }: Replica,
  random: () => number,
): Sample {
  const load = 1 + Math.floor(random() * loadMax);
  const promptTokens = Math.floor(Math.exp(Math.log(20) + random() * Math.log(400)));
  if (random() < failures) return { hasFailed: true, load, promptTokens, times: {} };
  const odd = (): number => slowness * Math.exp(noise * normal(random)) * (random() < outliers ? 10 : 1);
  const firstTokenMs = (15 + promptTokens * 0.08) * (1 + load * 0.03) * odd();
  const paceMs = (8 + load * 0.15) * odd();
  const tokens = 16 + Math.floor(random() * 300);
  const isStream = random() < streams;
  const times = isStream ? { first_token: firstTokenMs, pace: paceMs } : { whole: firstTokenMs / tokens + paceMs };
  return { hasFailed: false, load, promptTokens, times };
}

/** Box and Muller's. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
