import { etaMs } from '../budget/pace.ts';
import type { Admission, Refusal } from '../ticket.ts';
import type { PoolEffect } from './event.ts';
import { grantOf, guestGrantOf } from './granting.ts';
import type { Hosted, Running } from './held.ts';
import { refused, type LoopParts } from './parts.ts';
import { addressOf } from './pool.ts';

type Pinned = Extract<PoolEffect, { do: 'quarantine' }>;

/** Does what an event came to. */
export function perform(parts: LoopParts, effect: PoolEffect): void {
  switch (effect.do) {
    case 'wait':
      return wait(parts, effect.id, effect.atMostMs);
    case 'refuse':
      return refuse(parts, effect.id, effect.refusal);
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
    case 'stand':
      return stand(parts, effect.id, effect.ahead);
    case 'abort':
      return parts.aborts.get(effect.id)?.abort(new Error('an operator cancelled the request'));
    case 'join':
      return parts.joiner.join(effect.home);
    case 'pardon':
    case 'drop_claim':
    case 'host':
    case 'bid':
    case 'end_claim':
    case 'resize':
    case 'alive':
      return performElsewhere(parts, effect);
  }
}

type Elsewhere = Extract<
  PoolEffect,
  { do: 'pardon' | 'drop_claim' | 'host' | 'bid' | 'end_claim' | 'resize' | 'alive' }
>;

/** What other nodes have to do with. */
function performElsewhere(parts: LoopParts, effect: Elsewhere): void {
  const { relay, pool, effects } = parts;
  switch (effect.do) {
    case 'pardon':
      return parts.quarantine.pardoned(effect.fingerprint);
    case 'host':
      return host(parts, effect.hosted);
    case 'bid':
      return undefined; // the one who asked reads it
    case 'end_claim':
      return relay.end(effect, effect.outcome, effect.account);
    case 'resize':
      return relay.resize(effect, effect.tokens);
    case 'alive':
      return parts.onAlive(effect.lives);
    case 'drop_claim':
      return effects.log.debug(
        { pool: pool.name, claim: effect.claim, ticket: effect.id },
        'a claim came for a request that had left; it is ended',
      );
  }
}

function wait({ waiters, metrics, pool }: LoopParts, id: string, atMostMs: number): void {
  const waiting = pool.waiting.get(id);
  if (waiting === undefined) return;
  metrics.entered(waiting.ticket.priority);
  waiters.enter(id, atMostMs);
}

function refuse(parts: LoopParts, id: string, refusal: Refusal): void {
  const bytes = answer(parts, id, () => refused(refusal));
  parts.bodies.free(bytes);
}

/** Answers a ticket's caller; says how large its body is. */
function answer({ waiters, metrics }: LoopParts, id: string, admission: (signal: AbortSignal) => Admission): number {
  const taken = waiters.take(id);
  if (taken === undefined) return 0;
  if (taken.waited) metrics.left(taken.ticket.priority);
  taken.answer(admission(taken.signal));
  return taken.ticket.bodyBytes;
}

function grant(parts: LoopParts, running: Running): void {
  const { metrics, pool } = parts;
  const { replica, isRemote } = running;
  metrics.granted(running.waitedMs);
  if (!isRemote) metrics.inFlight(replica, pool.replicas.get(replica)?.running ?? 0);
  answer(parts, running.ticket.id, (signal) => ({ ok: true, grant: grantOf(parts, running, signal) }));
}

function host(parts: LoopParts, hosted: Hosted): void {
  const { metrics, pool, relay } = parts;
  const { claim, entry, replica, alone } = hosted;
  metrics.inFlight(replica, pool.replicas.get(replica)?.running ?? 0);
  const { id, origin } = entry;
  const guest = { pool: pool.name, claim, id, origin, replica: addressOf(pool, replica), alone };
  relay.host(guest, guestGrantOf(parts, hosted));
}

function stand({ looks, pool }: LoopParts, id: string, ahead: number | undefined): void {
  const asked = looks.get(id);
  looks.delete(id);
  const known = ahead !== undefined && pool.waiting.has(id);
  asked?.resolve(known ? { ahead, etaMs: etaMs(pool.pace, ahead + 1) } : undefined);
}

function suspect({ metrics, pool, effects }: LoopParts, id: string): void {
  metrics.suspected();
  effects.log.debug(
    { pool: pool.name, ticket: id },
    'a request, or one like it, was in flight in what looks like two engine deaths: it waits to run alone',
  );
}

function quarantine({ metrics, pool, effects, quarantine: copy }: LoopParts, { id, replica, entry }: Pinned): void {
  metrics.quarantined();
  copy.condemned(entry);
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
