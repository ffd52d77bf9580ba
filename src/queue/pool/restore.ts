import type { Transition } from '../store.ts';
import { placedEntryOf } from './cost.ts';
import { isPlaced } from './held.ts';
import { addressOf, type Pool } from './pool.ts';

/**
 * All that this node holds in a store: what runs on its replicas, and its own tickets that wait. One that runs elsewhere
 * is its worker's to restore.
 */
export function* heldTransitions(pool: Pool): Generator<Transition> {
  for (const it of pool.running.values()) {
    if (it.isRemote) continue;
    const { claim, kind } = it;
    const replica = addressOf(pool, it.replica);
    yield { type: 'restore_claim', claim, replica, kind, entry: placedEntryOf(pool, it) };
  }
  for (const { claim, kind, replica, entry } of pool.guests.values()) {
    yield { type: 'restore_claim', claim, replica: addressOf(pool, replica), kind, entry };
  }
  for (const it of pool.waiting.values()) {
    const apart = pool.suspects.get(it.ticket.id);
    if (!isPlaced(it) || apart === 'here') continue;
    it.stray = false;
    yield { type: 'restore_ticket', entry: placedEntryOf(pool, it), alone: apart === 'store' };
  }
}
