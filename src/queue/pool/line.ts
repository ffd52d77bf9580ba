import type { Claimed } from '../store.ts';
import type { Refusal } from '../ticket.ts';
import { note } from '../budget/affinity.ts';
import { sent } from '../budget/reading.ts';
import { guessAgain, rateCorrection, roomTokens } from './cost.ts';
import type { PoolEffect } from './event.ts';
import { timeInLine, type Execution, type Placed, type Running } from './held.ts';
import { addressOf, enqueue, type Pool, type Replica } from './pool.ts';
import { countGrant } from './watched.ts';

/** Forgets that a ticket waits; says whether it did. */
export function leaveLine({ waiting, again, suspects, replicas }: Pool, id: string): boolean {
  for (const { returned } of replicas.values()) returned.delete(id);
  suspects.delete(id);
  again.delete(id);
  return waiting.delete(id);
}

/** Out of the line, here at once and in the store with the next commit. A claim made meanwhile finds nobody and ends. */
export function takeOut(pool: Pool, id: string, refusal: Refusal): PoolEffect[] {
  const waiting = pool.waiting.get(id);
  if (waiting === undefined) return [];
  leaveLine(pool, id);
  enqueue(pool, { type: 'cancel', id, refund: rateCorrection(waiting, undefined) });
  return [{ do: 'refuse', id, refusal }];
}

/** Where a ticket shall run, and under which claim. */
interface Seat {
  readonly name: string;
  readonly replica: Replica;
  readonly claimed: Claimed;
}

/** Binds a ticket to a replica of this node: it waits no more. */
export function occupy(pool: Pool, waiting: Placed, seat: Seat, nowMs: number): PoolEffect[] {
  const { name, replica, claimed } = seat;
  const { claim, kind } = claimed;
  const alone = kind === 'alone';
  const cost = guessAgain(pool, waiting);
  const heldTokens = roomTokens({ cost });
  replica.usedTokens += heldTokens;
  replica.running += 1;
  countGrant(pool, name);
  sent(replica.reading, claim, cost.guess.promptTokens, nowMs);
  if (alone) pool.aside = { replica: name, claim };
  const { life, model } = replica;
  const { variant } = claimed.entry; // given back it stands where this says
  const bound = { claim, kind, replica: name, life, alone, heldTokens, cost, origin: pool.life, model, variant };
  return bind(pool, waiting, bound, addressOf(pool, name), nowMs);
}

type Bound = Omit<Execution, 'ending'> &
  Pick<Running, 'origin' | 'cost' | 'model' | 'variant'> & { readonly isRemote?: boolean };

/** From the line to an execution. A second copy in the store is taken out. */
export function bind(pool: Pool, waiting: Placed, to: Bound, address: string, nowMs: number): PoolEffect[] {
  const { ticket, prefer, attempt, deaths, failures, rate, order } = waiting;
  const { claim, kind, replica, life, alone, heldTokens, cost, origin, model, variant, isRemote = false } = to;
  const { id, affinity } = ticket;
  leaveLine(pool, id);
  if (waiting.stray) enqueue(pool, { type: 'cancel', id, refund: undefined });
  const isOnTrial = pool.watched?.replica === replica; // whose prefix it has elsewhere goes back there
  if (affinity !== undefined && !isOnTrial) note(pool.affinity, affinity, address);
  const running: Running = {
    claim,
    kind,
    replica,
    life,
    ending: undefined,
    alone,
    heldTokens,
    cost,
    origin,
    isRemote,
    model,
    ticket,
    prefer,
    variant,
    attempt,
    deaths,
    failures,
    rate,
    order,
    waitedMs: timeInLine(waiting, nowMs),
    degraded: pool.home === 'memory' && !isRemote,
    seen: undefined,
    cancelled: false,
  };
  pool.running.set(id, running);
  return [{ do: 'grant', running }];
}
