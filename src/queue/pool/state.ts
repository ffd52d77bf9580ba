import { letBreaksGo, settleEnding } from '../suspects/verdict.ts';
import { forgetLost } from '../suspects/aside.ts';
import { condemn, forgetOld } from '../suspects/memory-of-deaths.ts';
import { acquire } from './admission.ts';
import { correctRoom, finish, giveBack } from './ending.ts';
import type { PoolEffect, PoolEvent } from './event.ts';
import { timeInLine } from './held.ts';
import { endGuest, resizeGuest } from './guests.ts';
import { takeOut } from './line.ts';
import { beat, beginLife } from './lives.ts';
import { depart, loseStore, replaceLife } from './loss.ts';
import { enqueue, type Pool } from './pool.ts';
import { answerAsked } from './remote.ts';
import { begin, close, forgetReturned, observe, open, resize, resume } from './rooms.ts';
import { settleCommit } from './turn.ts';
import { expect, letGoOfVariants } from './variants.ts';

/**
 * One event in, what must happen out. The pool is changed in place: a copy per event would cost as much as the line is
 * long. Total: an event about a ticket or replica that is not there changes nothing.
 */
export function step(pool: Pool, event: PoolEvent): PoolEffect[] {
  switch (event.on) {
    case 'acquire':
      return acquire(pool, event);
    case 'leave':
      return takeOut(pool, event.id, { reason: 'cancelled' });
    case 'overdue':
      return overdue(pool, event.id, event.nowMs);
    case 'cancel':
      return cancel(pool, event.id);
    case 'look':
      return look(pool, event.id);
    case 'began':
      return begin(pool, event);
    case 'used':
      return correctRoom(pool, event);
    case 'finish':
      return finish(pool, event);
    case 'give_back':
      return giveBack(pool, event);
    case 'asked':
      return answerAsked(pool, event);
    case 'guest_end':
      return endGuest(pool, event);
    case 'guest_resized':
      return resizeGuest(pool, event);
    case 'drain':
      return drain(pool);
    case 'pulse':
      return pulse(pool, event.nowMs);
    case 'poll':
      pool.claimDue = true;
      return [];
    case 'recall':
      return recall(pool, event);
    case 'let_go':
      return letGo(pool, event.fingerprint);
    case 'open':
    case 'resize':
    case 'expect':
    case 'close':
    case 'observe':
    case 'end':
    case 'resume':
    case 'connected':
    case 'lost':
    case 'lapsed':
    case 'committed':
    case 'depart':
      return stepOutside(pool, event);
  }
}

type Outside = Extract<
  PoolEvent,
  {
    on:
      | 'open'
      | 'resize'
      | 'expect'
      | 'close'
      | 'observe'
      | 'end'
      | 'resume'
      | 'connected'
      | 'lost'
      | 'lapsed'
      | 'committed'
      | 'depart';
  }
>;

/** What replicas and the store do. */
function stepOutside(pool: Pool, event: Outside): PoolEffect[] {
  switch (event.on) {
    case 'open':
      return open(pool, event);
    case 'resize':
      return resize(pool, event);
    case 'expect':
      return expect(pool, event.models);
    case 'close':
      return close(pool, event.replica);
    case 'observe':
      return observe(pool, event);
    case 'end':
      return settleEnding(pool, event);
    case 'resume':
      return resume(pool, event.replica);
    case 'connected':
      return beginLife(pool, event);
    case 'lost':
      return loseStore(pool);
    case 'lapsed':
      return replaceLife(pool);
    case 'committed':
      return settleCommit(pool, event.reply, event.nowMs);
    case 'depart':
      return depart(pool);
  }
}

function overdue(pool: Pool, id: string, nowMs: number): PoolEffect[] {
  const waiting = pool.waiting.get(id);
  if (waiting === undefined) return [];
  return takeOut(pool, id, { reason: 'queue_timeout', waitedMs: timeInLine(waiting, nowMs) });
}

/** An operator's word: out of the line, or its execution is aborted and it does not run again. */
function cancel(pool: Pool, id: string): PoolEffect[] {
  const running = pool.running.get(id);
  if (running === undefined) return takeOut(pool, id, { reason: 'cancelled_by_operator' });
  running.cancelled = true;
  return [{ do: 'abort', id }];
}

function look(pool: Pool, id: string): PoolEffect[] {
  if (pool.looks.has(id)) return [];
  if (pool.link === 'down') return [{ do: 'stand', id, ahead: undefined }];
  pool.looks.add(id);
  enqueue(pool, { type: 'look', id });
  return [];
}

function pulse(pool: Pool, nowMs: number): PoolEffect[] {
  forgetOld(pool.memory, nowMs, pool.setting.quarantineMs);
  letBreaksGo(pool, nowMs);
  forgetLost(pool, nowMs);
  forgetReturned(pool, nowMs);
  letGoOfVariants(pool);
  beat(pool, nowMs);
  pool.claimDue ||= mayHaveWork(pool);
  return [];
}

/** What others bring shows only when it is asked for; alone with an empty line there is nothing to ask. */
const mayHaveWork = ({ depth, apart, aside, others }: Pool): boolean =>
  depth > 0 || apart > 0 || aside !== undefined || others.size > 0;

function drain(pool: Pool): PoolEffect[] {
  pool.draining = true;
  return [...pool.waiting.keys()].flatMap((id) => takeOut(pool, id, { reason: 'draining' }));
}

/** What any node has quarantined, as far as its time is not over; and nothing else. */
function recall({ memory, setting }: Pool, { list, nowMs }: Extract<PoolEvent, { on: 'recall' }>): PoolEffect[] {
  memory.quarantine.clear();
  for (const { fingerprint, untilUnixMs } of list) {
    const untilMs = untilUnixMs - setting.clockZeroUnixMs;
    if (untilMs > nowMs) condemn(memory, fingerprint, untilMs);
  }
  return [];
}

function letGo({ memory }: Pool, fingerprint: string): PoolEffect[] {
  if (fingerprint === 'all') memory.quarantine.clear();
  else memory.quarantine.delete(fingerprint);
  return [{ do: 'pardon', fingerprint }];
}
