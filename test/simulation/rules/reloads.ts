import type { ReloadEffects } from '../../../src/node/reload.ts';
import type { Trace } from '../trace.ts';

/** Invariant 9: what a bad file asks for is never done. */
export interface ReloadRule {
  /** A file was read. */
  read(isBad: boolean): void;
  /** The supervisor as a reloader is given it. */
  watched(supervisor: ReloadEffects['supervisor']): ReloadEffects['supervisor'];
}

export function createReloadRule(trace: Trace): ReloadRule {
  let isLastBad = false;

  function asked(what: string): void {
    if (isLastBad) trace.broken(9, `a bad config has ${what}`);
  }

  return {
    read: (isBad) => void (isLastBad = isBad),
    watched: ({ add, replace, remove }) => ({
      add(plan, progress) {
        asked(`${plan.replica.name} added`);
        return add(plan, progress);
      },
      replace(plan, progress) {
        asked(`${plan.replica.name} replaced`);
        return replace(plan, progress);
      },
      remove(name, progress) {
        asked(`${name} removed`);
        return remove(name, progress);
      },
    }),
  };
}
