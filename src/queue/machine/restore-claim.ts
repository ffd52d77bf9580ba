import { memberOf } from '../member.ts';
import type { Result, Transition } from '../store.ts';
import { setIn } from './machine.ts';
import type { Turn } from './turn.ts';

export function restoreClaim(turn: Turn, transition: Transition & { readonly type: 'restore_claim' }): Result {
  const { machine, commit } = turn;
  const { claim, kind, replica, entry } = transition;
  machine.order = Math.max(machine.order, entry.order);
  setIn(machine.claims, commit.life, claim, { kind, replica, member: memberOf(entry) });
  return { type: 'done' };
}
