import { decodeRooms } from '../budget/rooms.ts';
import type { Life, Result, Transition } from '../store.ts';
import { admit } from './admission.ts';
import type { PoolEffect, PoolEvent } from './event.ts';
import { roomsOf } from './offers.ts';
import { enqueue, type Pool } from './pool.ts';
import { heldTransitions } from './restore.ts';
import { reviewVariants } from './variants.ts';

/** A beat is due after this part of a lease; with a pulse it is at most a fifth. */
const BEAT_DUE_PART = 0.15;
/** Between two pulses. */
const PULSE_MS_MAX = 1_000;

/** How often a pool is to be pulsed. */
export const pulseMsOf = (leaseMs: number): number => Math.min(PULSE_MS_MAX, leaseMs / 5);

/**
 * The first transition of a life. What an earlier one claimed of others and had no word of, or gave up while the store
 * was away, goes back into the line; what it runs still is restored under the new one.
 */
export function registrationOf(pool: Pool, leaseMs: number): Transition {
  return { type: 'register', node: pool.setting.node, leaseMs, rooms: roomsOf(pool) };
}

/** A store has this life: it is told all that this node holds. What was queued before is part of that. */
export function beginLife(pool: Pool, event: Extract<PoolEvent, { on: 'connected' }>): PoolEffect[] {
  const { life, home, lives, sentAtMs } = event;
  if (home === 'memory' && !(pool.isAway && pool.link === 'joining')) return []; // the shared store was faster
  const isShared = home === 'shared';
  if (isShared) pool.isAway = false;
  pool.life = life;
  pool.home = home;
  pool.link = 'restoring';
  pool.inFlight = undefined;
  pool.leaseEndMs = isShared ? sentAtMs + pool.setting.leaseMs : Infinity;
  pool.beatAtMs = sentAtMs;
  pool.outbox = [...heldTransitions(pool)];
  if (isShared) pool.outbox.push(beatOf(pool)); // now that all is restored, what earlier lives left is swept
  pool.restoreLeft = pool.outbox.length;
  for (const waiting of pool.waiting.values()) {
    if (waiting.order !== undefined) continue;
    waiting.isOwed = false;
    admit(pool, waiting);
  }
  for (const id of pool.looks) enqueue(pool, { type: 'look', id });
  if (pool.restoreLeft === 0) endRestore(pool);
  if (isShared) return meet(pool, lives);
  pool.others = new Map();
  pool.remoteReplicas = 0;
  pool.remoteModels = new Map();
  reviewVariants(pool);
  return [];
}

/** The store knows all there is to know: claims may be made. */
export function endRestore(pool: Pool): void {
  pool.link = 'up';
  pool.claimDue = true;
}

/** Says that this life goes on, where that is due. */
export function beat(pool: Pool, nowMs: number): void {
  const { link, home, beatAtMs, setting } = pool;
  if (home !== 'shared' || nowMs - beatAtMs < setting.leaseMs * BEAT_DUE_PART) return;
  if (link !== 'up' && link !== 'restoring') return;
  pool.beatAtMs = nowMs;
  if (pool.outbox[0]?.type === 'beat') return;
  pool.outbox.unshift(beatOf(pool)); // before all that waits: a restore may take longer than the lease
  if (link === 'restoring') pool.restoreLeft += 1;
}

/** There is more to sweep than one beat does. */
export function sweepOn(pool: Pool): void {
  enqueue(pool, beatOf(pool));
}

const beatOf = (pool: Pool): Transition => ({ type: 'beat', leaseMs: pool.setting.leaseMs, rooms: roomsOf(pool) });

/** This life had a lease when its last commit was sent; and who holds one beside it. */
export function hearAlive(pool: Pool, { lives, nowUs }: Alive): PoolEffect[] {
  if (pool.home === 'shared') {
    pool.leaseEndMs = pool.sentAtMs + pool.setting.leaseMs;
    pool.heardTime = { us: nowUs, atMs: pool.sentAtMs };
  }
  return meet(pool, lives);
}

type Alive = Extract<Result, { readonly type: 'alive' }>;

/**
 * µs of the shared store's clock while that is away, by the last that was heard of it: what is ordered in memory meanwhile
 * is to be in the same order as the rest. `ownUs`, this host's clock, only where nothing was heard.
 */
export function storeTimeUs({ heardTime }: Pool, nowMs: number, ownUs: number): number {
  return heardTime === undefined ? ownUs : Math.floor(heardTime.us + (nowMs - heardTime.atMs) * 1000);
}

function meet(pool: Pool, lives: readonly Life[]): PoolEffect[] {
  const others = new Map<string, string>();
  for (const { life, rooms } of lives) if (!life.startsWith(`${pool.setting.node}:`)) others.set(life, rooms);
  const isNews = others.size !== pool.others.size || [...others].some(([life, it]) => pool.others.get(life) !== it);
  pool.others = others;
  if (!isNews) return [];
  const rooms = [...others.values()].flatMap((it) => decodeRooms(it));
  pool.remoteReplicas = rooms.length;
  pool.remoteModels = new Map(rooms.flatMap(({ replica, model }) => (model === undefined ? [] : [[replica, model]])));
  reviewVariants(pool);
  return [{ do: 'alive', lives: lives.map(({ life }) => life) }];
}

/** No commit came through for longer than the lease: another node may have been given what this one held. */
export function hasLapsed({ link, home, leaseEndMs }: Pool, nowMs: number): boolean {
  return home === 'shared' && (link === 'up' || link === 'restoring') && nowMs > leaseEndMs;
}
