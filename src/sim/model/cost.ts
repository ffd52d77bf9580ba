import type { Step } from './step.ts';

/** How fast the simulated card is. */
export interface Speed {
  readonly prefillTokensPerS: number;
  /** A step that decodes one sequence. */
  readonly decodeStepMs: number;
}

/** A further sequence in a decode step costs this share of the first: batching is nearly free, not free. */
const SHARE_PER_SEQUENCE = 0.006;

/** How long a step takes, in simulated milliseconds. */
export function stepDurationMs(step: Pick<Step, 'decodedSequences' | 'prefilledTokens'>, speed: Speed): number {
  const decodeMs = speed.decodeStepMs * (1 + SHARE_PER_SEQUENCE * step.decodedSequences);
  return decodeMs + (step.prefilledTokens / speed.prefillTokensPerS) * 1000;
}

/** A card that takes `factor` times as long. */
export const slowed = ({ prefillTokensPerS, decodeStepMs }: Speed, factor: number): Speed => ({
  prefillTokensPerS: prefillTokensPerS / factor,
  decodeStepMs: decodeStepMs * factor,
});
