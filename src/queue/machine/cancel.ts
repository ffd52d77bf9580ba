import type { Result, Transition } from '../store.ts';
import { removeTicket } from './line.ts';
import { correctRate } from './rate.ts';
import type { Turn } from './turn.ts';

export function cancel(turn: Turn, { id, refund }: Transition & { readonly type: 'cancel' }): Result {
  const placed = turn.machine.ids.get(turn.commit.life)?.get(id);
  if (placed === undefined) return { type: 'stale' };
  removeTicket(turn, placed);
  correctRate(turn, refund);
  return { type: 'done' };
}
