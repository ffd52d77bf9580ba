import { nodeOf } from '../relay/relay.ts';
import type { Result, Transition } from '../store.ts';
import { aliveNow, bury, renewLease } from './lives.ts';
import type { Turn } from './turn.ts';

/**
 * A life begins, and the others of its node are over. What they left is swept later, at a beat: what of it goes on is
 * restored by then.
 */
export function register(turn: Turn, { node, leaseMs, rooms }: Transition & { readonly type: 'register' }): Result {
  const { machine, commit } = turn;
  for (const life of machine.nodes.keys()) if (life !== commit.life && nodeOf(life) === node) bury(machine, life);
  renewLease(turn, leaseMs, rooms);
  return aliveNow(turn);
}
