import type { Result, Transition } from '../store.ts';
import { aliveNow, bury, renewLease } from './lives.ts';
import { sweep } from './sweep.ts';
import type { Turn } from './turn.ts';

/**
 * A life begins, and all others of its node are over. `former` is the one whose tickets and claims it restores itself;
 * if that lapsed before, others may have taken over already.
 */
export function register(turn: Turn, transition: Transition & { readonly type: 'register' }): Result {
  const { machine, commit } = turn;
  for (const life of machine.nodes.keys()) {
    if (life === commit.life || life.split(':', 1)[0] !== transition.node) continue;
    bury(machine, life, life === transition.former ? 0 : 1);
  }
  renewLease(turn, transition.leaseMs, transition.rooms);
  sweep(turn);
  return aliveNow(machine);
}
