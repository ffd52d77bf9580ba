import type { LastExit } from '../fleet.ts';
import type { LifeEvent, ReplicaEffect } from './stage.ts';

/** When and of what an effect failed. */
export interface Mishap {
  readonly life: number;
  readonly atMs: number;
  readonly exit: LastExit;
}

/**
 * What an effect that could not be performed counts as, for want of file descriptors or for a mistake of ours: no
 * stage waits for an answer that cannot come. Nothing waits for the others; what was to follow them follows.
 */
export function afterMishap(effect: ReplicaEffect, { life, atMs, exit }: Mishap): LifeEvent | undefined {
  switch (effect.do) {
    case 'request_card':
      // An engine that shall leave does so without its turn.
      return effect.use === 'stop' ? { on: 'card_granted', life } : { on: 'unspawned', life, atMs, exit };
    case 'prove_card':
    case 'spawn':
      return { on: 'unspawned', life, atMs, exit };
    case 'open':
      return { on: 'broken', life, why: { cause: exit.cause, advice: exit.advice } };
    case 'close':
      return { on: 'idle', life }; // what runs on it can be waited for no longer
    case 'seize_card':
    case 'release_card':
    case 'give_up_proof':
    case 'tell_end':
    case 'terminate_leader': // the grace ends it
    case 'kill_group': // tried again until it is gone
    case 'give_up_look':
    case 'forget_group':
    case 'report_ending':
    case 'wake':
    case 'back_off': // waits longest
      return undefined;
  }
}

/** An ending of our own making: what failed, and what was thrown. */
export function ownFault(name: string, what: string, error: unknown, atUnixMs: number): LastExit {
  const words = error instanceof Error ? error.message : String(error);
  const advice = `The supervisor failed at ${what} of ${name}: ${words}; see its log, and whether it has file descriptors left.`;
  return { cause: 'internal_error', code: null, signal: null, advice, atUnixMs };
}
