import { encodeRooms } from '../budget/rooms.ts';
import type { PoolEffect } from './event.ts';
import { leaveLine } from './line.ts';
import { hasReplicas } from './offers.ts';
import { enqueue, type Pool } from './pool.ts';

/**
 * A life is over that the shared store does not count any more, or may have cleared: another one begins at once. What it
 * left is nobody's, so that what others wait for goes back into the line.
 */
export function replaceLife(pool: Pool): PoolEffect[] {
  endLife(pool);
  pool.link = 'joining';
  return [{ do: 'join', home: 'shared' }];
}

/**
 * The shared store is away. Held tickets stay. Where this node can go on alone it does, with all that waits; else what
 * was not admitted for certain was never accepted, and is refused.
 */
export function loseStore(pool: Pool): PoolEffect[] {
  const isFirst = !pool.isAway;
  pool.isAway = true;
  if (pool.home === 'memory' && pool.link !== 'joining') return [];
  if (!isFirst && pool.link === 'joining') return [];
  endLife(pool);
  if (mayGoOn(pool)) return goOnAlone(pool);
  pool.link = 'down';
  return [...refuseUnconfirmed(pool), ...unanswered(pool)];
}

/** While the shared store is away the pool can be served from memory. */
export function mayGoOn(pool: Pool): boolean {
  return pool.isAway && pool.setting.mayDegrade && hasReplicas(pool);
}

export function goOnAlone(pool: Pool): PoolEffect[] {
  pool.link = 'joining';
  return [{ do: 'join', home: 'memory' }];
}

function endLife(pool: Pool): void {
  pool.inFlight = undefined;
  pool.outbox = [];
}

function refuseUnconfirmed(pool: Pool): PoolEffect[] {
  const unconfirmed = [...pool.waiting].filter(([, { order }]) => order === undefined);
  return unconfirmed.map(([id]) => {
    leaveLine(pool, id);
    return { do: 'refuse', id, refusal: { reason: 'queue_unavailable' } };
  });
}

/** Nobody can say where they stand. */
function unanswered(pool: Pool): PoolEffect[] {
  const asked = [...pool.looks];
  pool.looks.clear();
  return asked.map((id) => ({ do: 'stand', id, ahead: undefined }));
}

/** This node leaves for good, having refused all that waited: what runs still is given up, and its lease ends. */
export function depart(pool: Pool): PoolEffect[] {
  if (pool.link !== 'up' && pool.link !== 'restoring') return [];
  for (const { claim, isRemote } of pool.running.values()) {
    if (!isRemote) enqueue(pool, { type: 'finish', claim, charge: undefined, rate: undefined });
  }
  for (const { claim, alone } of pool.guests.values()) enqueue(pool, { type: 'give_back', claim, alone });
  for (const it of pool.replicas.values()) it.open = false;
  enqueue(pool, { type: 'beat', leaseMs: 1, rooms: encodeRooms([]) });
  return [];
}
