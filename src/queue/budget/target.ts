import type { EngineLoad } from '../queue.ts';

/** How much of a replica's KV cache is given out, and what that was judged from. */
export interface Target {
  /** Of its KV capacity, in expected tokens. May pass 1: not every expectation comes true. */
  readonly share: number;
  /** When its load was looked at last, in ms. */
  readonly lookedAtMs: number;
  /** Looks in a row at which more than `WAITING_BUFFER` waited. */
  readonly crowded: number;
  /** `vllm:num_preemptions_total` at that look. */
  readonly preemptions: number | undefined;
}

const SHARE_AT_FIRST = 1;
const SHARE_MIN = 0.7;
const SHARE_MAX = 1.1;
const FALL = 0.95;
const RISE = 0.02;
/** A few that wait for the next step are no crowd. */
const WAITING_BUFFER = 2;
const CROWDED_ENOUGH = 2;
/** A cache that is fuller than this is well used. */
const KV_USAGE_ENOUGH = 0.85;
/** Between two looks that count; a little less than a second, at which they come. */
const LOOK_EVERY_MS = 900;

export const createTarget = (): Target => ({
  share: SHARE_AT_FIRST,
  lookedAtMs: -Infinity,
  crowded: 0,
  preemptions: undefined,
});

/**
 * Takes in what an engine says of its load: falls by a twentieth where it was given too much, rises by a fiftieth where
 * it would take more and there is more. What it does not say changes nothing.
 */
export function steer(
  target: Target,
  { waiting, preemptions, kvUsage }: EngineLoad,
  { lineIsEmpty }: { readonly lineIsEmpty: boolean },
  nowMs: number,
): Target {
  if (nowMs - target.lookedAtMs < LOOK_EVERY_MS) return target;
  const crowded = waiting !== undefined && waiting > WAITING_BUFFER ? target.crowded + 1 : 0;
  const isCrowded = crowded >= CROWDED_ENOUGH;
  const hasPreempted = preemptions !== undefined && preemptions > (target.preemptions ?? preemptions);
  const hasRoom = waiting === 0 && kvUsage !== undefined && kvUsage < KV_USAGE_ENOUGH;
  return {
    share:
      isCrowded || hasPreempted ? fallen(target.share) : hasRoom && !lineIsEmpty ? risen(target.share) : target.share,
    lookedAtMs: nowMs,
    crowded: isCrowded ? 0 : crowded,
    preemptions: preemptions ?? target.preemptions,
  };
}

const fallen = (share: number): number => Math.max(SHARE_MIN, share * FALL);
const risen = (share: number): number => Math.min(SHARE_MAX, share + RISE);
