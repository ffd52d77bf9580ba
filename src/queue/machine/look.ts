import type { Result, Transition } from '../store.ts';
import { aheadOf } from './line.ts';
import type { Turn } from './turn.ts';

export function look(turn: Turn, { id }: Transition & { readonly type: 'look' }): Result {
  const { machine, commit } = turn;
  const placed = machine.ids.get(commit.life)?.get(id);
  if (placed === undefined) return { type: 'stale' };
  const apart = machine.apart.findIndex((it) => it.member === placed.member);
  return { type: 'ahead', tickets: apart < 0 ? aheadOf(turn, placed) : apart };
}
