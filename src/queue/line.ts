import type { PoolEffect } from './event.ts';
import {
  enqueue,
  leaveLine,
  timeInLine,
  wholeCost,
  type Pool,
  type Replica,
  type Running,
  type Waiting,
} from './pool.ts';
import type { Refusal } from './ticket.ts';

/** Out of the line, here at once and in the store with the next commit. A claim made meanwhile finds nobody and ends. */
export function takeOut(pool: Pool, id: string, refusal: Refusal): PoolEffect[] {
  if (!leaveLine(pool, id)) return [];
  enqueue(pool, { type: 'cancel', id });
  return [{ do: 'refuse', id, refusal }];
}

/** A ticket that waits and has its place in the order. */
export interface Placed extends Waiting {
  order: number;
}

/** Where a ticket shall run, and under which claim. */
interface Seat {
  readonly name: string;
  readonly replica: Replica;
  readonly claim: string;
}

/** Binds a ticket to a replica: it waits no more. */
export function occupy(pool: Pool, waiting: Placed, { name, replica, claim }: Seat, nowMs: number): PoolEffect[] {
  const { enteredAtMs: _, ...held } = waiting;
  leaveLine(pool, held.ticket.id);
  replica.usedTokens += wholeCost(held.ticket.costTokens);
  replica.running += 1;
  const running: Running = {
    ...held,
    life: replica.life,
    ending: undefined,
    waitedMs: timeInLine(waiting, nowMs),
    claim,
    replica: name,
  };
  pool.running.set(held.ticket.id, running);
  return [{ do: 'grant', running }];
}

export function isPlaced(waiting: Waiting): waiting is Placed {
  return waiting.order !== undefined;
}
