import { forget } from '../budget/affinity.ts';
import { began, createReading, looked } from '../budget/reading.ts';
import { createTarget, steer } from '../budget/target.ts';
import type { Capacity, Opening } from '../queue.ts';
import { emptied } from './ending.ts';
import type { PoolEffect, PoolEvent } from './event.ts';
import { goOnAlone, mayGoOn } from './loss.ts';
import { addressOf, nextName, type Pool } from './pool.ts';
import { plainName, reviewVariants } from './variants.ts';
import { watch } from './watched.ts';

/** For so long a replica is spared what it gave back and another node has taken. */
const RETURNED_MS = 30_000;

/** Opened anew it is another engine: what an earlier one lost is not held against it, and its cache is empty. */
export function open(
  pool: Pool,
  { replica: name, capacity: opening }: Extract<PoolEvent, { on: 'open' }>,
): PoolEffect[] {
  const model = opening.model === undefined ? undefined : plainName(opening.model);
  const { usedTokens, running } = pool.replicas.get(name) ?? { usedTokens: 0, running: 0 };
  const life = nextName(pool);
  pool.lost.delete(name);
  pool.replicas.set(name, {
    capacity: shareOf(opening),
    model,
    open: true,
    paused: false,
    returned: new Map(),
    life,
    target: createTarget(),
    reading: createReading(),
    usedTokens,
    running,
  });
  forget(pool.affinity, addressOf(pool, name));
  watch(pool, name, opening);
  pool.claimDue = true;
  reviewVariants(pool);
  return pool.link === 'down' && mayGoOn(pool) ? goOnAlone(pool) : [];
}

/** The part of a capacity that is given out; of whatever part one request at a time. */
function shareOf({ kvTokens, sequencesMax, share = 1 }: Opening): Capacity {
  return { kvTokens: Math.floor(kvTokens * share), sequencesMax: Math.max(1, Math.floor(sequencesMax * share)) };
}

/** More or less is given out of the same engine. What runs there goes on. */
export function resize(pool: Pool, { replica: name, capacity }: Extract<PoolEvent, { on: 'resize' }>): PoolEffect[] {
  const replica = pool.replicas.get(name);
  if (replica === undefined) return [];
  replica.capacity = shareOf(capacity);
  watch(pool, name, capacity);
  pool.claimDue = true;
  return [];
}

export function close(pool: Pool, name: string): PoolEffect[] {
  const replica = pool.replicas.get(name);
  if (replica === undefined) return [];
  replica.open = false;
  reviewVariants(pool);
  pool.claimDue = true; // a replica that is the only one now may take what it gave back
  return emptied(pool, name, replica);
}

export function resume(pool: Pool, name: string): PoolEffect[] {
  const replica = pool.replicas.get(name);
  if (replica?.paused !== true) return [];
  replica.paused = false;
  pool.claimDue = true;
  return [];
}

/** What an engine says of its load moves how much of its cache is given out. */
export function observe(pool: Pool, event: Extract<PoolEvent, { on: 'observe' }>): PoolEffect[] {
  const replica = pool.replicas.get(event.replica);
  if (replica === undefined) return [];
  const before = replica.target.share;
  replica.target = steer(replica.target, event.load, { lineIsEmpty: pool.depth === 0 }, event.nowMs);
  looked(replica.reading, event.load.waiting);
  if (replica.target.share > before) pool.claimDue = true;
  return [];
}

/** An answer begins: what was sent before it is read, and the replica may be given more. */
export function begin(pool: Pool, { replica: name, claim, nowMs }: Extract<PoolEvent, { on: 'began' }>): PoolEffect[] {
  const replica = pool.replicas.get(name);
  if (replica === undefined) return [];
  began(replica.reading, claim, nowMs);
  if (pool.depth > 0) pool.claimDue = true;
  return [];
}

/** Another node's ticket that was given back is not heard of again. */
export function forgetReturned({ replicas, waiting }: Pool, nowMs: number): void {
  for (const { returned } of replicas.values()) {
    for (const [id, atMs] of returned) if (!waiting.has(id) && nowMs >= atMs + RETURNED_MS) returned.delete(id);
  }
}
