import { nodeOf } from '../relay/relay.ts';
import type { Claimed } from '../store.ts';
import { putAside, standingOf } from '../suspects/suspects.ts';
import { placedEntryOf, rateCorrection } from './cost.ts';
import { finishClaim, localReplica } from './claim.ts';
import type { PoolEffect } from './event.ts';
import { takeGuest } from './guests.ts';
import { isPlaced, type Placed } from './held.ts';
import { leaveLine, occupy } from './line.ts';
import { enqueue, type Pool } from './pool.ts';
import { standsAsOf } from './variants.ts';

/** Puts a claim to work: for a ticket of this node, or another's. */
export function settleClaim(pool: Pool, claimed: Claimed, nowMs: number): PoolEffect[] {
  const { claim, entry } = claimed;
  const { origin } = entry;
  if (origin !== pool.life && nodeOf(origin) !== pool.setting.node) return takeGuest(pool, claimed, nowMs);
  const waiting = pool.waiting.get(entry.id);
  const isOurs = waiting !== undefined && isPlaced(waiting) && origin === pool.life;
  if (isOurs && pool.suspects.get(entry.id) !== 'here') return takeOwn(pool, waiting, claimed, nowMs);
  finishClaim(pool, claimed, false);
  return [{ do: 'drop_claim', claim, id: entry.id }]; // it has left, or a copy of it is in line under this life
}

/**
 * Binds a claim to its ticket, unless its replica has closed or failed meanwhile, or something stands against running it.
 */
function takeOwn(pool: Pool, waiting: Placed, claimed: Claimed, nowMs: number): PoolEffect[] {
  const { claim, kind, entry } = claimed;
  const alone = kind === 'alone';
  const seat = localReplica(pool, claimed);
  if (seat === undefined) {
    putBack(pool, waiting, claimed);
    return [];
  }
  const standing = standingOf(pool, waiting);
  if (standing === 'free' || (standing === 'suspect' && alone)) {
    return occupy(pool, waiting, { ...seat, claimed }, nowMs);
  }
  if (standing === 'suspect') {
    const placed = putAside(pool, waiting);
    const isKept = pool.waiting.has(entry.id);
    if (isKept) enqueue(pool, { type: 'give_back', claim, alone: true });
    else finishClaim(pool, claimed, false, rateCorrection(waiting, undefined));
    return placed;
  }
  finishClaim(pool, claimed, false, rateCorrection(waiting, undefined));
  leaveLine(pool, entry.id);
  return [{ do: 'refuse', id: entry.id, refusal: standing }];
}

/** A claim that cannot be run here. One made of a suspect that is none any more comes back among the others. */
function putBack(pool: Pool, waiting: Placed, claimed: Claimed): void {
  const { claim, kind } = claimed;
  standsAsOf(pool, waiting, claimed.entry);
  const isSuspect = pool.suspects.has(waiting.ticket.id);
  if (isSuspect || kind !== 'alone') return enqueue(pool, { type: 'give_back', claim, alone: isSuspect });
  finishClaim(pool, claimed, true);
  enqueue(pool, { type: 'restore_ticket', entry: placedEntryOf(pool, waiting), alone: false });
}
