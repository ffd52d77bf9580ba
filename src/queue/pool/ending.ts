import { learn } from '../budget/estimate.ts';
import { ended as endReading } from '../budget/reading.ts';
import { acquit } from '../suspects/memory-of-deaths.ts';
import { leaveAside } from '../suspects/aside.ts';
import { freeCleared, putAside, standingOf } from '../suspects/suspects.ts';
import { awaitsVerdict, blame, countsAs, SURVIVED } from '../suspects/verdict.ts';
import type { Failure, Outcome, Refusal, Usage } from '../ticket.ts';
import { accountOf, placedEntryOf, roomTokens } from './cost.ts';
import type { PoolEffect, PoolEvent } from './event.ts';
import type { Execution, Placed, Running } from './held.ts';
import { pause } from './pause.ts';
import { enqueue, type Pool, type Replica } from './pool.ts';
import { handBack } from './remote.ts';

/** Executions of one request, those that reached no engine included. */
export const ATTEMPTS_MAX = 8;
/** In so many executions a request may fail in engines that live, and go on living. */
export const FAILURES_MAX = 2;

/** The outcomes after which an engine gets nothing for a while. */
export const LOST: ReadonlySet<Outcome> = new Set([
  'engine_unreached',
  'engine_died',
  'connection_broke',
  'engine_aborted',
]);

/** It has used so much until now: the room that it holds follows. */
export function correctRoom(pool: Pool, { id, used }: Extract<PoolEvent, { on: 'used' }>): PoolEffect[] {
  const running = pool.running.get(id);
  if (running === undefined) return [];
  running.seen = used;
  const { claim, replica: name, isRemote, heldTokens } = running;
  const tokens = roomTokens(running, used);
  if (isRemote && tokens !== heldTokens) {
    running.heldTokens = tokens;
    return [{ do: 'resize', claim, replica: name, tokens }];
  }
  const replica = pool.replicas.get(name);
  if (replica !== undefined && !isRemote) resize(pool, replica, running, tokens);
  return [];
}

/** An execution takes so much room of its replica from now on. */
export function resize(pool: Pool, replica: Replica, execution: Execution, tokens: number): void {
  if (tokens < execution.heldTokens && pool.depth > 0) pool.claimDue = true;
  replica.usedTokens += tokens - execution.heldTokens;
  execution.heldTokens = tokens;
}

/** An execution is over, and its request with it. */
export function finish(pool: Pool, { id, outcome, used, nowMs }: Extract<PoolEvent, { on: 'finish' }>): PoolEffect[] {
  const running = pool.running.get(id);
  if (running === undefined) return [];
  const { tenant, size } = running.ticket;
  const counted = running.cancelled && !SURVIVED.has(outcome) ? 'client_gone' : countsAs(running, outcome);
  const seen = used ?? running.seen;
  if (outcome === 'completed' && seen !== undefined) learn(pool.estimates, tenant, size, seen);
  const ended = endClaim(pool, running, outcome, seen);
  if (SURVIVED.has(outcome)) clear(pool, running);
  return [...ended, ...endExecution(pool, running, counted, nowMs)];
}

/** The claim of a ticket that is over. What it used corrects what its tenant was charged. */
function endClaim(pool: Pool, running: Running, outcome: Outcome, used: Usage | undefined): PoolEffect[] {
  const { claim, replica, isRemote } = running;
  const account = accountOf(running, used);
  if (isRemote) return [{ do: 'end_claim', claim, replica, outcome, account }];
  enqueue(pool, { type: 'finish', claim, charge: account.charge, rate: account.rate });
  return [];
}

/** An execution is over that showed its client nothing: the request runs again, or is refused. */
export function giveBack(pool: Pool, event: Extract<PoolEvent, { on: 'give_back' }>): PoolEffect[] {
  const running = pool.running.get(event.id);
  if (running === undefined) return [];
  const { id, nowMs } = event;
  if (running.cancelled) {
    const ended = finish(pool, { on: 'finish', id, outcome: 'client_gone', nowMs });
    return [...ended, { do: 'refuse', id, refusal: { reason: 'cancelled_by_operator' } }];
  }
  const failure = countsAs(running, event.failure);
  const ended = endExecution(pool, running, failure, nowMs);
  const again = afterFailure(running, failure, nowMs);
  const standing = standingOf(pool, again);
  const refusal = typeof standing === 'object' ? standing : whyNotAgain(pool, again);
  if (!refusal) return [...ended, ...waitAgain(pool, running, again, standing === 'suspect', failure)];
  return [...ended, ...endClaim(pool, running, failure, undefined), { do: 'refuse', id, refusal }];
}

/** The ticket as it waits after a failure. */
function afterFailure(running: Running, failure: Failure, nowMs: number): Placed {
  const { ticket, cost, prefer, variant, attempt, deaths, failures, rate, waitedMs, order } = running;
  const inDeath = failure === 'engine_died' || failure === 'connection_broke';
  return {
    ticket,
    cost,
    prefer,
    variant,
    rate,
    attempt: attempt + 1,
    deaths: deaths + Number(inDeath),
    failures: failures + Number(failure === 'engine_error'), // who is aborted by a SIGTERM from outside did nothing
    enteredAtMs: nowMs,
    waitedMs,
    order,
    isOwed: false,
    stray: false,
  };
}

function whyNotAgain({ draining }: Pool, { attempt, failures }: Placed): Refusal | undefined {
  if (draining) return { reason: 'draining' };
  return attempt > ATTEMPTS_MAX || failures >= FAILURES_MAX ? { reason: 'engine_failed' } : undefined;
}

/** To the head of the line, among those that run alone, or here until it is known what it broke on. */
function waitAgain(pool: Pool, running: Running, again: Placed, isSuspect: boolean, failure: Failure): PoolEffect[] {
  const { id } = again.ticket;
  const awaits = awaitsVerdict(pool, running.claim);
  pool.waiting.set(id, again);
  pool.again.add(id);
  if (again.variant !== undefined) pool.choosy.add(id);
  const wait = waitOf(again);
  const placed = isSuspect || awaits ? putAside(pool, again, awaits ? 'here' : 'store') : [];
  if (!pool.waiting.has(id)) return [...placed, wait, ...endClaim(pool, running, failure, undefined)];
  if (!running.isRemote) pool.replicas.get(running.replica)?.returned.set(id, again.enteredAtMs);
  if (awaits) return [...placed, wait, ...endClaim(pool, running, failure, undefined)];
  if (running.isRemote) return [...placed, wait, ...handBack(pool, running, again, isSuspect, failure)];
  if (isSuspect || !running.alone) {
    enqueue(pool, { type: 'give_back', claim: running.claim, alone: isSuspect });
    return [...placed, wait];
  }
  const ended = endClaim(pool, running, failure, undefined); // given back it would be among the suspects again
  enqueue(pool, { type: 'restore_ticket', entry: placedEntryOf(pool, again), alone: false });
  return [...placed, wait, ...ended];
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
  return [...blamed, ...release(pool, running, outcome, nowMs), ...paused];
}

function release(pool: Pool, running: Running, outcome: Outcome, nowMs: number): PoolEffect[] {
  const { replica: name, ticket, claim, isRemote, heldTokens } = running;
  pool.running.delete(ticket.id);
  leaveAside(pool, claim);
  const replica = pool.replicas.get(name);
  if (replica === undefined || isRemote) return [];
  replica.usedTokens -= heldTokens;
  endReading(replica.reading, claim, outcome === 'completed', nowMs);
  replica.running -= 1;
  return emptied(pool, name, replica);
}

/** A closed replica without work is forgotten. */
export function emptied(pool: Pool, name: string, { open: isOpen, running }: Replica): PoolEffect[] {
  if (!isOpen && running === 0) pool.replicas.delete(name);
  return [{ do: 'release', replica: name, running }];
}
