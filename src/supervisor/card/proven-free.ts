import type { Clock } from '../../telemetry/index.ts';
import { judge, NO_LOOK_YET, type CardWant } from './memory-proof.ts';
import { occupiedAdvice } from './occupied-advice.ts';
import type { CardReader } from './reading.ts';

export type { CardWant } from './memory-proof.ts';

/** From the beginning of a look to that of the next; later where a look takes longer. */
export const LOOK_EVERY_MS = 100;

/** Whether a start may begin. */
export type CardProof =
  | { readonly is: 'free' }
  /** The card cannot be looked at: nothing is proven, and nothing speaks against a start. */
  | { readonly is: 'unread'; readonly because: string }
  | { readonly is: 'lost'; readonly because: string }
  /** Not within the limit. The advice has the numbers and who holds the memory. */
  | { readonly is: 'occupied'; readonly advice: string }
  /** The signal aborted: nobody wants to know any more. */
  | { readonly is: 'given_up' };

export interface ProofEffects {
  readonly cards: CardReader;
  readonly clock: Clock;
  /** How long a start waits for its card's memory. */
  readonly cardWaitMs: number;
}

/**
 * Looks at a card until its memory is proven back, as long as the limit lets it. A card that is free at the first look
 * costs no wait; one that cannot be looked at costs two looks. Never rejects.
 */
export async function provenFree(want: CardWant, effects: ProofEffects, signal: AbortSignal): Promise<CardProof> {
  const { cards, clock, cardWaitMs } = effects;
  const untilMs = clock.nowMs() + cardWaitMs;
  let proof = NO_LOOK_YET;
  while (!signal.aborted) {
    const lookedAtMs = clock.nowMs();
    const judgement = judge(proof, await cards.read(want.gpu), want);
    if (signal.aborted) break;
    if (judgement.is === 'unreadable') return { is: 'unread', because: judgement.because };
    if (judgement.is !== 'unproven') return judgement;
    proof = judgement.proof;
    const { endingSeen } = proof;
    if (endingSeen !== undefined && clock.nowMs() >= untilMs) {
      return { is: 'occupied', advice: occupiedAdvice(endingSeen, want, cardWaitMs) };
    }
    if (judgement.nextLook === 'soon') await pause(clock, lookedAtMs + LOOK_EVERY_MS - clock.nowMs(), signal);
  }
  return { is: 'given_up' };
}

/** Until the time is over or the signal aborts; not at all where the time is over already. */
function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(ms, end);
    signal.addEventListener('abort', end);
  });
}
