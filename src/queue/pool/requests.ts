import { retryAfterMs } from '../budget/pace.ts';
import type { PoolDepth } from '../queue.ts';
import type { Admission, Refusal, Standing, Ticket } from '../ticket.ts';
import { timeInLine, type Waiting } from './held.ts';
import { enter, refused, type LoopParts } from './parts.ts';
import { isHeld, type Pool } from './pool.ts';

/** A request wants to run. Its body counts as held from now on until it ends. */
export function acquire(parts: LoopParts, ticket: Ticket, signal: AbortSignal): Promise<Admission> {
  const { pool, bodies, effects } = parts;
  if (signal.aborted) return Promise.resolve(refused({ reason: 'cancelled' }));
  if (isHeld(pool, ticket.id)) {
    return Promise.reject(new Error(`ticket ${ticket.id} is held already; each needs an id of its own`));
  }
  if (!bodies.take(ticket.bodyBytes)) {
    const { pace, depth } = pool;
    const refusal: Refusal = {
      reason: 'bodies_full',
      heldBytes: bodies.heldBytes(),
      retryAfterMs: retryAfterMs(pace, depth),
    };
    return Promise.resolve(refused(refusal));
  }
  return enter(parts, ticket, signal, { on: 'acquire', ticket, nowMs: effects.clock.nowMs() });
}

/** Where a ticket stands; those who ask at once are answered together. */
export function standing({ pool, looks, dispatch }: LoopParts, id: string): Promise<Standing | undefined> {
  if (!pool.waiting.has(id)) return Promise.resolve(undefined);
  const asked = looks.get(id) ?? Promise.withResolvers<Standing | undefined>();
  looks.set(id, asked);
  dispatch({ on: 'look', id });
  return asked.promise;
}

/** Resolves once nothing runs on a replica. */
export function close({ pool, closing, dispatch }: LoopParts, replica: string): Promise<void> {
  if (!pool.replicas.has(replica)) return Promise.resolve();
  const closed = closing.get(replica) ?? Promise.withResolvers<void>();
  closing.set(replica, closed);
  dispatch({ on: 'close', replica });
  return closed.promise;
}

/** Lets a fingerprint go, or `all`; answers how many there were. */
export function release({ pool, dispatch }: LoopParts, fingerprint: string): number {
  const before = pool.memory.quarantine.size;
  dispatch({ on: 'let_go', fingerprint });
  return before - pool.memory.quarantine.size;
}

export function depthOf({ pool, effects }: LoopParts): PoolDepth {
  const { name, waiting, remoteReplicas } = pool;
  return { pool: name, waiting: waiting.size, oldestWaitMs: oldestWaitMs(pool, effects.clock.nowMs()), remoteReplicas };
}

/** Of those that never ran the first one came first. */
function oldestWaitMs({ waiting, again }: Pool, nowMs: number): number {
  let oldestMs = 0;
  const consider = (it: Waiting | undefined): void => {
    if (it !== undefined) oldestMs = Math.max(oldestMs, timeInLine(it, nowMs));
  };
  for (const [id, it] of waiting) {
    consider(it);
    if (!again.has(id)) break;
  }
  for (const id of again) consider(waiting.get(id));
  return oldestMs;
}
