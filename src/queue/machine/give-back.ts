import type { Result, Transition } from '../store.ts';
import { takeBack } from './line.ts';
import { deleteIn } from './machine.ts';
import type { Turn } from './turn.ts';

/** Back with the member it had, so at its old place; the bound on depth is for newcomers. */
export function giveBack(turn: Turn, { claim, alone }: Transition & { readonly type: 'give_back' }): Result {
  const { machine, commit } = turn;
  const held = machine.claims.get(commit.life)?.get(claim);
  if (held === undefined) return { type: 'stale' };
  deleteIn(machine.claims, commit.life, claim);
  takeBack(turn, held, alone);
  return { type: 'done' };
}
