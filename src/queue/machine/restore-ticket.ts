import type { Result, Transition } from '../store.ts';
import { putTicket } from './line.ts';
import { placedOf } from './machine.ts';
import type { Turn } from './turn.ts';

export function restoreTicket(turn: Turn, { entry, alone }: Transition & { readonly type: 'restore_ticket' }): Result {
  turn.machine.order = Math.max(turn.machine.order, entry.order);
  putTicket(turn, placedOf(entry), alone, 0);
  return { type: 'done' };
}
