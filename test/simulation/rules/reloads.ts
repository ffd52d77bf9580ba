import type { ChangeEffects } from '../../../src/node/reload/change.ts';
import type { Trace } from '../trace.ts';

/** Invariant 9: what a bad file asks for is never done. */
export interface ReloadRule {
  /** A file was read. */
  read(isBad: boolean): void;
  /** The supervisor as a reloader is given it. */
  watched(supervisor: ChangeEffects['supervisor']): ChangeEffects['supervisor'];
}

export function createReloadRule(trace: Trace): ReloadRule {
  let isLastBad = false;
  return {
    read: (isBad) => void (isLastBad = isBad),
    watched: ({ roll }) => ({
      roll(request, effects) {
        if (isLastBad) trace.broken(9, `a bad config has moved ${request.moves.map((it) => it.replica).join(', ')}`);
        return roll(request, effects);
      },
    }),
  };
}
