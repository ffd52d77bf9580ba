import type { QueueEffects } from './effects.ts';
import { createGrant } from './grant.ts';
import type { Pool, Running } from './pool.ts';
import type { PoolMetrics } from './pool-metrics.ts';
import type { PoolEffect, PoolEvent } from './state.ts';
import type { Admission, Grant, Refusal, Ticket } from './ticket.ts';
import type { Waiters } from './waiters.ts';

/** What performing needs of the loop it belongs to. */
export interface LoopParts {
  readonly pool: Pool;
  readonly waiters: Waiters;
  readonly metrics: PoolMetrics;
  readonly effects: QueueEffects;
  /** Resolvers of `close`, by replica. */
  readonly closing: Map<string, PromiseWithResolvers<void>>;
  readonly dispatch: (event: PoolEvent) => void;
}

/** Does what an event came to. */
export function perform(parts: LoopParts, effect: PoolEffect): void {
  switch (effect.do) {
    case 'wait':
      return wait(parts, effect.key, effect.atMostMs);
    case 'refuse':
      return answer(parts, effect.key, () => refused(effect.refusal));
    case 'grant':
      return grant(parts, effect.running, effect.waitedMs);
    case 'release':
      return release(parts, effect.replica, effect.running);
    case 'drop_claim':
      return parts.effects.log.debug(
        { pool: parts.pool.name, claim: effect.claim, key: effect.key },
        'a claim came for a request that had left; it is ended',
      );
  }
}

/** Puts a caller in line by `event`, which is the ticket's admission or its return. */
export function enter(
  parts: LoopParts,
  key: string,
  ticket: Ticket,
  signal: AbortSignal,
  event: PoolEvent,
): Promise<Admission> {
  const leave = (): void => parts.dispatch({ on: 'leave', key });
  const admission = parts.waiters.add({ key, priority: ticket.priority, signal }, leave);
  parts.dispatch(event);
  return admission;
}

export const refused = (refusal: Refusal): Admission => ({ ok: false, refusal });

function wait(
  { waiters, metrics, effects: { clock }, pool, dispatch }: LoopParts,
  key: string,
  atMostMs: number,
): void {
  const waiting = pool.waiting.get(key);
  if (waiting === undefined) return;
  metrics.entered(waiting.ticket.priority);
  const overdue = (): void => dispatch({ on: 'overdue', key, nowMs: clock.nowMs() });
  waiters.setTimer(key, clock.after(atMostMs, overdue));
}

function answer({ waiters, metrics }: LoopParts, key: string, admission: (signal: AbortSignal) => Admission): void {
  const taken = waiters.take(key);
  if (taken === undefined) return;
  if (taken.waited) metrics.left(taken.priority);
  taken.answer(admission(taken.signal));
}

function grant(parts: LoopParts, running: Running, waitedMs: number): void {
  const { metrics, pool } = parts;
  metrics.granted(waitedMs);
  metrics.inFlight(running.replica, pool.replicas.get(running.replica)?.running ?? 0);
  answer(parts, running.key, (signal) => ({ ok: true, grant: grantOf(parts, running, waitedMs, signal) }));
}

function grantOf(parts: LoopParts, running: Running, waitedMs: number, signal: AbortSignal): Grant {
  const { dispatch, effects } = parts;
  const { key, ticket, claim, replica } = running;
  const finish = (): void => dispatch({ on: 'finish', claim });
  return createGrant(running, waitedMs, {
    send: (request) => effects.send(replica, request),
    finish,
    giveBack() {
      if (!signal.aborted) {
        return enter(parts, key, ticket, signal, { on: 'give_back', claim, nowMs: effects.clock.nowMs() });
      }
      finish();
      return Promise.resolve(refused({ reason: 'cancelled' }));
    },
  });
}

function release({ metrics, closing }: LoopParts, replica: string, running: number): void {
  metrics.inFlight(replica, running);
  if (running > 0) return;
  closing.get(replica)?.resolve();
  closing.delete(replica);
}
