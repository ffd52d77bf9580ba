import type { PoolEffect, PoolEvent } from './event.ts';
import type { Placed } from './line.ts';
import { acquit, condemn, noteDeath, SUSPECT_AFTER_DEATHS } from './memory-of-deaths.ts';
import { enqueue, nextName, wholeCost, type Pool, type Replica, type Running } from './pool.ts';
import { freeLike, isAlone, leaveAside, putAside, quarantined, refuseLike, standingOf } from './suspects.ts';
import type { Failure, Outcome, Refusal } from './ticket.ts';

/**
 * How long a replica whose engine failed a request gets no work. A server whose engine was killed answers 500 at once
 * for two to three seconds before it ends, so it would always have most room.
 */
export const PAUSE_MS = 3_000;

/** Executions of one request, those that reached no engine included. */
export const ATTEMPTS_MAX = 8;
/** In so many executions a request may fail in engines that live. */
export const FAILURES_MAX = 2;

/** The outcomes after which an engine gets nothing for a while. */
const LOST: ReadonlySet<Outcome> = new Set(['engine_unreached', 'engine_died', 'engine_aborted']);
/** The outcomes that no deadly request has. */
const SURVIVED: ReadonlySet<Outcome> = new Set(['completed', 'engine_declined']);

/** An execution is over, and its request with it. */
export function finish(pool: Pool, { id, outcome, nowMs }: Extract<PoolEvent, { on: 'finish' }>): PoolEffect[] {
  const running = pool.running.get(id);
  if (running === undefined) return [];
  enqueue(pool, { type: 'finish', claim: running.claim });
  if (SURVIVED.has(outcome)) clear(pool, running);
  const charged = countsAs(pool, running, outcome) === 'engine_died' ? charge(pool, running, nowMs) : [];
  const paused = LOST.has(outcome) ? pause(pool, running) : [];
  return [...charged, ...release(pool, running), ...paused];
}

/** An execution is over that showed its client nothing: the request runs again, or is refused. */
export function giveBack(pool: Pool, event: Extract<PoolEvent, { on: 'give_back' }>): PoolEffect[] {
  const running = pool.running.get(event.id);
  if (running === undefined) return [];
  const failure = countsAs(pool, running, event.failure);
  const charged = failure === 'engine_died' ? charge(pool, running, event.nowMs) : [];
  const paused = LOST.has(failure) ? pause(pool, running) : [];
  const ended = [...charged, ...release(pool, running), ...paused];
  const again = afterFailure(running, failure, event.nowMs);
  const standing = standingOf(pool, again.ticket);
  const refusal = typeof standing === 'object' ? standing : whyNotAgain(pool, again);
  if (refusal) {
    enqueue(pool, { type: 'finish', claim: running.claim });
    return [...ended, { do: 'refuse', id: event.id, refusal }];
  }
  const suspect = again.deaths >= SUSPECT_AFTER_DEATHS || standing === 'suspect';
  return [...ended, ...(suspect ? waitApart(pool, running, again) : waitAtHead(pool, running, again))];
}

/**
 * An engine that we end while something runs on it, as when a drain takes too long, has met neither a death nor an
 * error of its own: such an execution is worth as much as one that never reached it.
 */
function countsAs<Kind extends Outcome>(pool: Pool, { replica }: Running, outcome: Kind): Kind | 'engine_unreached' {
  const isExcused = pool.replicas.get(replica)?.excused === true;
  return isExcused && !SURVIVED.has(outcome) ? 'engine_unreached' : outcome;
}

/** The ticket as it waits after a failure. */
function afterFailure(running: Running, failure: Failure, nowMs: number): Placed {
  const { ticket, attempt, deaths, failures, waitedMs, order } = running;
  const inDeath = failure === 'engine_died';
  const inLife = failure === 'engine_error' || failure === 'engine_aborted';
  return {
    ticket,
    attempt: attempt + 1,
    deaths: deaths + Number(inDeath),
    failures: failures + Number(inLife),
    enteredAtMs: nowMs,
    waitedMs,
    order,
  };
}

function whyNotAgain({ draining }: Pool, { attempt, failures }: Placed): Refusal | undefined {
  if (draining) return { reason: 'draining' };
  return attempt > ATTEMPTS_MAX || failures >= FAILURES_MAX ? { reason: 'engine_failed' } : undefined;
}

function waitAtHead(pool: Pool, { claim, replica }: Running, again: Placed): PoolEffect[] {
  const { id } = again.ticket;
  pool.waiting.set(id, again);
  pool.replicas.get(replica)?.returned.add(id);
  enqueue(pool, { type: 'give_back', claim });
  return [waitOf(again)];
}

function waitApart(pool: Pool, { claim, replica }: Running, again: Placed): PoolEffect[] {
  enqueue(pool, { type: 'finish', claim });
  const placed = putAside(pool, again);
  if (pool.suspects.has(again.ticket.id)) pool.replicas.get(replica)?.returned.add(again.ticket.id);
  return [...placed, waitOf(again)];
}

const waitOf = ({ ticket, waitedMs }: Placed): PoolEffect => ({
  do: 'wait',
  id: ticket.id,
  atMostMs: Math.max(0, ticket.maxWaitMs - waitedMs),
});

/** It was in its engine's death: remembered against it, and if it was alone there, pinned on it. */
function charge(pool: Pool, { ticket, replica, life }: Running, nowMs: number): PoolEffect[] {
  const { memory, setting } = pool;
  const fingerprint = ticket.fingerprint();
  noteDeath(memory, fingerprint, life, nowMs);
  if (!isAlone(pool, ticket.id)) return [];
  const untilMs = Math.ceil(nowMs + setting.quarantineMs);
  condemn(memory, fingerprint, untilMs);
  const entry = { fingerprint, untilUnixMs: setting.clockZeroUnixMs + untilMs };
  const others = refuseLike(pool, ticket, quarantined(pool, fingerprint, untilMs));
  return [{ do: 'quarantine', id: ticket.id, replica, entry }, { do: 'save_quarantine' }, ...others];
}

/** It survived: so do those like it. */
function clear(pool: Pool, { ticket }: Running): void {
  acquit(pool.memory, ticket);
  freeLike(pool, ticket);
}

/** No offers for a while: whatever it were given would lose one of its attempts. Its next engine is not to blame. */
function pause(pool: Pool, { replica: name, life }: Running): PoolEffect[] {
  const replica = pool.replicas.get(name);
  if (replica?.open !== true || (!replica.paused && replica.life !== life)) return [];
  if (!replica.paused) replica.life = nextName(pool);
  replica.paused = true;
  return [{ do: 'pause', replica: name, forMs: PAUSE_MS }];
}

function release(pool: Pool, { replica: name, ticket }: Running): PoolEffect[] {
  pool.running.delete(ticket.id);
  leaveAside(pool, ticket.id);
  const replica = pool.replicas.get(name);
  if (replica === undefined) return [];
  replica.usedTokens -= wholeCost(ticket.costTokens);
  replica.running -= 1;
  return emptied(pool, name, replica);
}

/** A closed replica without work is forgotten. */
export function emptied(pool: Pool, name: string, { open: isOpen, running }: Replica): PoolEffect[] {
  if (!isOpen && running === 0) pool.replicas.delete(name);
  return [{ do: 'release', replica: name, running }];
}
