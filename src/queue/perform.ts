import type { Cancel } from '../telemetry/index.ts';
import type { QueueEffects } from './effects.ts';
import { createGrant } from './grant.ts';
import type { Pool, Running } from './pool.ts';
import type { PoolMetrics } from './pool-metrics.ts';
import type { PoolEffect, PoolEvent } from './event.ts';
import type { QuarantineCopy } from './quarantine-copy.ts';
import type { Admission, Grant, Outcome, Refusal, Ticket } from './ticket.ts';
import type { Waiters } from './waiters.ts';
import { createWitness } from './witness.ts';

type Pinned = Extract<PoolEffect, { do: 'quarantine' }>;

/** What performing needs of the loop it belongs to. */
export interface LoopParts {
  readonly pool: Pool;
  readonly waiters: Waiters;
  readonly metrics: PoolMetrics;
  readonly effects: QueueEffects;
  /** Resolvers of `close`, by replica. */
  readonly closing: Map<string, PromiseWithResolvers<void>>;
  /** Timers of pauses, by replica. */
  readonly pauses: Map<string, Cancel>;
  readonly dispatch: (event: PoolEvent) => void;
  readonly quarantine: QuarantineCopy;
}

/** Does what an event came to. */
export function perform(parts: LoopParts, effect: PoolEffect): void {
  switch (effect.do) {
    case 'wait':
      return wait(parts, effect.id, effect.atMostMs);
    case 'refuse':
      return answer(parts, effect.id, () => refused(effect.refusal));
    case 'grant':
      return grant(parts, effect.running);
    case 'release':
      return release(parts, effect.replica, effect.running);
    case 'pause':
      return pause(parts, effect.replica, effect.forMs);
    case 'suspect':
      return suspect(parts, effect.id);
    case 'quarantine':
      return quarantine(parts, effect);
    case 'save_quarantine':
      return parts.quarantine.changed();
    case 'drop_claim':
      return parts.effects.log.debug(
        { pool: parts.pool.name, claim: effect.claim, ticket: effect.id },
        'a claim came for a request that had left; it is ended',
      );
  }
}

/** Puts a caller in line by `event`, which is the ticket's admission or its return. */
export function enter(parts: LoopParts, ticket: Ticket, signal: AbortSignal, event: PoolEvent): Promise<Admission> {
  const { id, priority } = ticket;
  const leave = (): void => parts.dispatch({ on: 'leave', id });
  const admission = parts.waiters.add({ id, priority, signal }, leave);
  parts.dispatch(event);
  return admission;
}

export const refused = (refusal: Refusal): Admission => ({ ok: false, refusal });

function wait({ waiters, metrics, effects: { clock }, pool, dispatch }: LoopParts, id: string, atMostMs: number): void {
  const waiting = pool.waiting.get(id);
  if (waiting === undefined) return;
  metrics.entered(waiting.ticket.priority);
  const overdue = (): void => dispatch({ on: 'overdue', id, nowMs: clock.nowMs() });
  waiters.setTimer(id, clock.after(atMostMs, overdue));
}

function answer({ waiters, metrics }: LoopParts, id: string, admission: (signal: AbortSignal) => Admission): void {
  const taken = waiters.take(id);
  if (taken === undefined) return;
  if (taken.waited) metrics.left(taken.priority);
  taken.answer(admission(taken.signal));
}

function grant(parts: LoopParts, running: Running): void {
  const { metrics, pool } = parts;
  metrics.granted(running.waitedMs);
  metrics.inFlight(running.replica, pool.replicas.get(running.replica)?.running ?? 0);
  answer(parts, running.ticket.id, (signal) => ({ ok: true, grant: grantOf(parts, running, signal) }));
}

function grantOf(parts: LoopParts, running: Running, signal: AbortSignal): Grant {
  const { dispatch, effects } = parts;
  const { ticket, replica } = running;
  const { id } = ticket;
  const witness = createWitness(replica, effects);
  const finish = (outcome: Outcome): void => {
    witness.ended(outcome);
    dispatch({ on: 'finish', id, outcome, nowMs: effects.clock.nowMs() });
  };
  return createGrant(running, {
    send: (request) => effects.send(replica, request),
    received: () => witness.received(),
    finish,
    giveBack(failure) {
      if (signal.aborted) {
        finish(failure);
        return Promise.resolve(refused({ reason: 'cancelled' }));
      }
      witness.ended(failure);
      return enter(parts, ticket, signal, { on: 'give_back', id, failure, nowMs: effects.clock.nowMs() });
    },
  });
}

function suspect({ metrics, pool, effects }: LoopParts, id: string): void {
  metrics.suspected();
  effects.log.debug(
    { pool: pool.name, ticket: id },
    'a request, or one like it, was in flight in what looks like two engine deaths: it waits to run alone',
  );
}

function quarantine({ metrics, pool, effects }: LoopParts, { id, replica, entry }: Pinned): void {
  metrics.quarantined();
  const { fingerprint, untilUnixMs } = entry;
  effects.log.warn(
    { pool: pool.name, ticket: id, replica, fingerprint, untilUnixMs },
    'an engine died of a request that ran alone: it is refused for a while, or until `ssw-infer quarantine release`',
  );
}

function release({ metrics, closing }: LoopParts, replica: string, running: number): void {
  metrics.inFlight(replica, running);
  if (running > 0) return;
  closing.get(replica)?.resolve();
  closing.delete(replica);
}

function pause({ pauses, pool, effects: { clock, log }, dispatch }: LoopParts, replica: string, forMs: number): void {
  const stopEarlier = pauses.get(replica);
  stopEarlier?.();
  if (!stopEarlier) log.warn({ pool: pool.name, replica, forMs }, 'an engine failed: its replica pauses');
  const over = (): void => {
    pauses.delete(replica);
    dispatch({ on: 'resume', replica });
  };
  pauses.set(replica, clock.after(forMs, over));
}
