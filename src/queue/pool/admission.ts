import { preferred } from '../budget/affinity.ts';
import { etaMs, retryAfterMs } from '../budget/pace.ts';
import type { Result } from '../store.ts';
import { standingOf } from '../suspects/suspects.ts';
import type { Refusal, Ticket } from '../ticket.ts';
import { costOf, entryOf, limitsOf } from './cost.ts';
import type { PoolEffect, PoolEvent } from './event.ts';
import { isPlaced, timeInLine, type Waiting } from './held.ts';
import { leaveLine, takeOut } from './line.ts';
import { hasReplicas } from './offers.ts';
import { enqueue, type Pool } from './pool.ts';
import { putBack } from './remote.ts';
import { variantFor } from './variants.ts';

/** Transitions kept for the next commit before newcomers are refused. What leaves or ends is always taken. */
export const OUTBOX_MAX = 16_384;

/** A request comes: into the line, unless something known here speaks against it. */
export function acquire(pool: Pool, { ticket, nowMs }: Extract<PoolEvent, { on: 'acquire' }>): PoolEffect[] {
  const { id, maxWaitMs, affinity } = ticket;
  const refusal = refusalOf(pool, ticket);
  if (refusal) return [{ do: 'refuse', id, refusal }];
  const waiting: Waiting = {
    ticket,
    cost: costOf(pool, ticket),
    prefer: (affinity === undefined ? undefined : preferred(pool.affinity, affinity)) ?? '',
    variant: variantFor(pool, ticket),
    attempt: 1,
    deaths: 0,
    failures: 0,
    rate: undefined,
    enteredAtMs: nowMs,
    waitedMs: 0,
    order: undefined,
    isOwed: false,
    stray: false,
  };
  pool.waiting.set(id, waiting);
  admit(pool, waiting);
  return [{ do: 'wait', id, atMostMs: maxWaitMs }];
}

/** Asks the store for a place. How many are ahead is asked only where the line may be too long for it. */
export function admit(pool: Pool, waiting: Waiting): void {
  const { ticket } = waiting;
  const look = (etaMs(pool.pace, pool.depth) ?? 0) > ticket.maxWaitMs;
  enqueue(pool, { type: 'admit', entry: entryOf(waiting), limits: limitsOf(ticket, look) });
}

function refusalOf(pool: Pool, ticket: Ticket): Refusal | undefined {
  if (pool.draining) return { reason: 'draining' };
  if (!isServed(pool)) return { reason: 'queue_unavailable' };
  if (pool.outbox.length >= OUTBOX_MAX) return overloaded(pool, pool.waiting.size);
  const standing = standingOf(pool, { ticket, deaths: 0 });
  return typeof standing === 'object' ? standing : undefined; // a suspect is set apart when its turn comes
}

/** Whether there is a store, or is about to be: with a line in memory to fall back to nobody is turned away for want of one. */
function isServed(pool: Pool): boolean {
  const { link, isAway, setting } = pool;
  return link !== 'down' && (!isAway || (setting.mayDegrade && hasReplicas(pool)));
}

const overloaded = ({ pace }: Pool, depth: number): Refusal => ({
  reason: 'server_overloaded',
  depth,
  retryAfterMs: retryAfterMs(pace, depth),
});

/** Takes in what the store said of an admission. */
export function settleAdmission(pool: Pool, id: string, result: Result | undefined, nowMs: number): PoolEffect[] {
  const waiting = pool.waiting.get(id);
  if (waiting === undefined || result === undefined) return []; // left meanwhile; its cancel is on the way
  if (result.type === 'admitted') {
    waiting.order = result.order;
    waiting.rate = result.rate;
    if (waiting.isOwed && isPlaced(waiting)) putBack(pool, waiting, false);
    waiting.isOwed = false;
    return tooLong(pool, waiting, result.ahead, nowMs);
  }
  const refusal = refusalFor(pool, result);
  if (refusal === undefined) return [];
  leaveLine(pool, id);
  return [{ do: 'refuse', id, refusal }];
}

function refusalFor(pool: Pool, result: Result): Refusal | undefined {
  if (result.type === 'limited') {
    const { by, rate } = result;
    return { reason: 'rate_limit_exceeded', by, retryAfterMs: result.retryAfterMs, rate };
  }
  if (result.type !== 'refused') return undefined;
  const { why, depth } = result;
  if (why === 'pool_full') return overloaded(pool, depth);
  return { reason: 'tenant_queue_full', depth, retryAfterMs: retryAfterMs(pool.pace, depth) };
}

/** Better told now than when its time is over. */
function tooLong(pool: Pool, waiting: Waiting, ahead: number | undefined, nowMs: number): PoolEffect[] {
  const predictedMs = ahead === undefined ? undefined : etaMs(pool.pace, ahead);
  if (ahead === undefined || predictedMs === undefined) return [];
  const { id, maxWaitMs } = waiting.ticket;
  if (predictedMs <= maxWaitMs - timeInLine(waiting, nowMs)) return [];
  return takeOut(pool, id, {
    reason: 'wait_too_long',
    predictedMs,
    retryAfterMs: retryAfterMs(pool.pace, ahead),
  });
}
