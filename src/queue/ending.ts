import type { PoolEffect, PoolEvent } from './event.ts';
import type { Placed } from './line.ts';
import { acquit } from './memory-of-deaths.ts';
import { pause } from './pause.ts';
import { enqueue, wholeCost, type Pool, type Replica, type Running } from './pool.ts';
import { freeCleared, isAlone, leaveAside, putAside, standingOf } from './suspects.ts';
import type { Failure, Outcome, Refusal } from './ticket.ts';
import { blame, countsAs, SURVIVED } from './verdict.ts';

/** Executions of one request, those that reached no engine included. */
export const ATTEMPTS_MAX = 8;
/** In so many executions a request may fail in engines that live, and go on living. */
export const FAILURES_MAX = 2;

/** The outcomes after which an engine gets nothing for a while. */
const LOST: ReadonlySet<Outcome> = new Set(['engine_unreached', 'engine_died', 'connection_broke', 'engine_aborted']);

/** An execution is over, and its request with it. */
export function finish(pool: Pool, { id, outcome, nowMs }: Extract<PoolEvent, { on: 'finish' }>): PoolEffect[] {
  const running = pool.running.get(id);
  if (running === undefined) return [];
  enqueue(pool, { type: 'finish', claim: running.claim });
  if (SURVIVED.has(outcome)) clear(pool, running);
  return endExecution(pool, running, countsAs(running, outcome), nowMs);
}

/** An execution is over that showed its client nothing: the request runs again, or is refused. */
export function giveBack(pool: Pool, event: Extract<PoolEvent, { on: 'give_back' }>): PoolEffect[] {
  const running = pool.running.get(event.id);
  if (running === undefined) return [];
  const failure = countsAs(running, event.failure);
  const ended = endExecution(pool, running, failure, event.nowMs);
  const again = afterFailure(running, failure, event.nowMs);
  const standing = standingOf(pool, again);
  const refusal = typeof standing === 'object' ? standing : whyNotAgain(pool, again);
  if (refusal) {
    enqueue(pool, { type: 'finish', claim: running.claim });
    return [...ended, { do: 'refuse', id: event.id, refusal }];
  }
  const mustWait = standing === 'suspect' || isAlone(pool, event.id); // its seat is kept: the verdict is to come
  return [...ended, ...(mustWait ? waitApart(pool, running, again) : waitAtHead(pool, running, again))];
}

/** The ticket as it waits after a failure. */
function afterFailure(running: Running, failure: Failure, nowMs: number): Placed {
  const { ticket, attempt, deaths, failures, waitedMs, order } = running;
  const inDeath = failure === 'engine_died' || failure === 'connection_broke';
  return {
    ticket,
    attempt: attempt + 1,
    deaths: deaths + Number(inDeath),
    failures: failures + Number(failure === 'engine_error'), // who is aborted by a SIGTERM from outside did nothing
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

/** It survived: so do those like it. */
function clear(pool: Pool, { ticket }: Running): void {
  acquit(pool.memory, ticket);
  freeCleared(pool);
}

function endExecution(pool: Pool, running: Running, outcome: Outcome, nowMs: number): PoolEffect[] {
  const blamed = blame(pool, running, outcome, nowMs);
  const paused = LOST.has(outcome) ? pause(pool, running) : [];
  return [...blamed, ...release(pool, running), ...paused];
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
