import type { Guest } from '../relay/relay.ts';
import { putAside, standingOf } from '../suspects/suspects.ts';
import { accountOf, placedEntryOf } from './cost.ts';
import type { Failure } from '../ticket.ts';
import type { PoolEffect, PoolEvent } from './event.ts';
import { isPlaced, type Placed, type Running } from './held.ts';
import { bind, takeOut } from './line.ts';
import { enqueue, nextName, type Pool } from './pool.ts';

/** Most claims remembered that were dropped although their ticket waits on. */
const DROPPED_MAX = 4_096;

/**
 * Another node has claimed a ticket, and asks whether it shall run it. Asked again it is answered alike. A ticket that
 * waits on is put back from here, never by the one who asks: nobody would know whether that was done.
 */
export function answerAsked(pool: Pool, { guest, nowMs }: Extract<PoolEvent, { on: 'asked' }>): PoolEffect[] {
  const { id, claim, origin } = guest;
  const run: PoolEffect = { do: 'bid', bidding: 'run' };
  const drop: PoolEffect = { do: 'bid', bidding: 'drop' };
  if (pool.running.get(id)?.claim === claim) return [run];
  const waiting = pool.waiting.get(id);
  const isWanted = waiting !== undefined && origin === pool.life && pool.suspects.get(id) !== 'here';
  if (!isWanted || pool.dropped.has(claim)) return [drop];
  if (!isPlaced(waiting)) {
    rememberDropped(pool, claim);
    waiting.isOwed = true; // where it belongs is not known before its admission is heard
    return [drop];
  }
  const isApart = pool.suspects.has(id);
  const standing = standingOf(pool, waiting);
  if (typeof standing === 'object') return [...takeOut(pool, id, standing), drop];
  const mayRun = isApart ? guest.alone : standing === 'free';
  if (mayRun) return [...bindRemote(pool, waiting, guest, isApart, nowMs), run];
  const placed = isApart ? [] : putAside(pool, waiting);
  rememberDropped(pool, claim);
  if (pool.waiting.has(id)) putBack(pool, waiting, true);
  return [...placed, drop];
}

function rememberDropped({ dropped }: Pool, claim: string): void {
  dropped.add(claim);
  for (const eldest of dropped) {
    if (dropped.size <= DROPPED_MAX) break;
    dropped.delete(eldest);
  }
}

function bindRemote(
  pool: Pool,
  waiting: Placed,
  { claim, replica }: Guest,
  alone: boolean,
  nowMs: number,
): PoolEffect[] {
  const life = pool.remoteLives.get(replica) ?? nextName(pool);
  pool.remoteLives.set(replica, life);
  const kind = alone ? 'alone' : 'line';
  const execution = {
    claim,
    kind,
    replica,
    life,
    alone,
    heldTokens: waiting.cost.tokens,
    origin: pool.life,
    model: pool.remoteModels.get(replica),
    variant: waiting.variant,
    isRemote: true,
  } as const;
  return bind(pool, waiting, { ...execution, cost: waiting.cost }, replica, nowMs);
}

/** A ticket that ran elsewhere waits again; its claim there is over, and its tenant has its charge back. */
export function handBack(pool: Pool, running: Running, again: Placed, alone: boolean, outcome: Failure): PoolEffect[] {
  putBack(pool, again, alone);
  const { claim, replica, ticket, variant, cost } = running;
  const { tenant, priority } = ticket;
  const account = { ...accountOf(running, undefined), charge: { tenant, priority, variant, charge: -cost.charge } };
  return [{ do: 'end_claim', claim, replica, outcome, account }];
}

/** Puts a ticket where it belongs; another copy may come back from elsewhere yet. */
export function putBack(pool: Pool, waiting: Placed, alone: boolean): void {
  waiting.stray = true;
  enqueue(pool, { type: 'restore_ticket', entry: placedEntryOf(pool, waiting), alone });
}

/** Names a commit's claims after its life. */
export const claimBaseOf = (pool: Pool): string => `${pool.life}:${nextName(pool)}`;
