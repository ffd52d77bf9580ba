import { CARD_MEMORY_FRACTION_MAX } from '../../config/index.ts';
import type { CardProcess, CardReading } from './reading.ts';

/** What a start needs of its card. */
export interface CardWant {
  readonly gpu: number;
  readonly replica: string;
  /** Of the card's total, what vLLM demands free at its start (`--gpu-memory-utilization`); `undefined`: its own default. */
  readonly fraction: number | undefined;
  /** Pids of groups that have ended: none of them may still hold memory of the card. */
  readonly formerPids: readonly number[];
}

export type CardLook = Extract<CardReading, { is: 'read' }>;

/** Free memory may grow by so much between two looks and still count as settled. */
export const SETTLED_MIB = 64;

/** Times in a row that a card is asked in vain before that is believed. */
const VAIN_LOOKS_MAX = 2;

/** What the looks so far have shown. */
export interface Proof {
  /** Of the last look that showed the memory wanting, or on its way back. */
  readonly endingSeen: CardLook | undefined;
  readonly vainLooks: number;
}

export const NO_LOOK_YET: Proof = { endingSeen: undefined, vainLooks: 0 };

/** What one more look makes of it. */
export type Judgement =
  | { readonly is: 'free' }
  | Exclude<CardReading, { is: 'read' }>
  | { readonly is: 'unproven'; readonly proof: Proof; readonly nextLook: 'soon' | 'at_once' };

/**
 * Judges a card after one more look. A start may begin where no process of the past is listed and vLLM's admission would
 * pass: it refuses where `free < ceil(total * utilization)` (vllm v1/worker/utils.py). Where an ending was seen, its
 * memory must also have stopped coming back: growth while vLLM profiles trips an assertion (vllm#56830).
 */
export function judge(proof: Proof, reading: CardReading, want: CardWant): Judgement {
  if (reading.is !== 'read') {
    const vainLooks = proof.vainLooks + 1;
    if (vainLooks >= VAIN_LOOKS_MAX) return reading;
    return { is: 'unproven', proof: { ...proof, vainLooks }, nextLook: 'soon' };
  }
  const isWanting = holdovers(reading, want).length > 0 || reading.freeMiB < neededMiB(reading, want);
  const isComing = proof.endingSeen !== undefined && reading.freeMiB - proof.endingSeen.freeMiB > SETTLED_MIB;
  if (!isWanting && !isComing) return { is: 'free' };
  return {
    is: 'unproven',
    proof: { endingSeen: reading, vainLooks: 0 },
    nextLook: isWanting ? 'soon' : 'at_once',
  };
}

/** What vLLM demands to be free at its start. */
export function neededMiB({ totalMiB }: CardLook, { fraction = CARD_MEMORY_FRACTION_MAX }: CardWant): number {
  return Math.ceil(totalMiB * fraction);
}

/** Processes of groups that have ended, which the driver still lists. */
export function holdovers(card: CardLook, { formerPids }: CardWant): readonly CardProcess[] {
  return card.processes.filter(({ pid }) => formerPids.includes(pid));
}
