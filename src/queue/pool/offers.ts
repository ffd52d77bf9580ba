import { promptsWanted } from '../budget/reading.ts';
import { reserveOf } from '../budget/reserve.ts';
import { encodeRooms } from '../budget/rooms.ts';
import type { Offer } from '../store.ts';
import { awaitsAnother } from '../suspects/aside.ts';
import { PAUSE_MS } from './pause.ts';
import { addressOf, type Pool, type Replica } from './pool.ts';
import { dueTo } from './watched.ts';

/** Room for the line, and the replica that is kept free for suspects once nothing runs there. */
export function offersOf(pool: Pool, nowMs: number): Offer[] {
  const open = [...pool.replicas].filter(([, it]) => it.open);
  return open
    .filter(([name, it]) => !it.paused && it.running < it.capacity.sequencesMax && !isKept(pool, name, it, nowMs))
    .map(([name, it]) => ({
      replica: addressOf(pool, name),
      ...roomOf(it, dueTo(pool, name), nowMs),
      idle: it.running === 0,
      alone: pool.aside?.replica === name,
      exceptIds: exceptions(pool, it, nowMs),
      variant: pool.variants.size > 0 ? it.model : undefined,
    }))
    .filter(({ roomSequences }) => roomSequences > 0);
}

/** One that is watched and has not had its part goes first, with so many as it lacks. */
function roomOf(
  replica: Replica,
  due: number,
  nowMs: number,
): Pick<Offer, 'roomTokens' | 'reserveTokens' | 'roomSequences' | 'first'> {
  const { capacity, running, usedTokens, reading } = replica;
  const budgetTokens = budgetOf(replica);
  const roomTokens = budgetTokens - usedTokens;
  const wanted = promptsWanted(reading, { roomTokens, budgetTokens }, nowMs);
  const reserveTokens = reserveOf(budgetTokens);
  const first = due > 0;
  const roomSequences = Math.min(capacity.sequencesMax - running, wanted, first ? due : Infinity);
  return { roomTokens: roomTokens + reserveTokens, reserveTokens, roomSequences, first };
}

/** KV tokens given out at once. */
const budgetOf = ({ target, capacity }: Replica): number => Math.floor(target.share * capacity.kvTokens);

/** It is for a suspect, and not now: one is there, others run there still, or it is not risked at the moment. */
function isKept(pool: Pool, name: string, { running }: Replica, nowMs: number): boolean {
  const { aside } = pool;
  if (aside?.replica !== name) return false;
  return aside.claim !== undefined || running > 0 || awaitsAnother(pool, nowMs);
}

/**
 * What a replica lost it does not get back while another one of this node may take it, that is not kept free; nor for as long as an engine that
 * failed needs to show it, where another node may.
 */
function exceptions(pool: Pool, own: Replica, nowMs: number): string[] {
  const { replicas, remoteReplicas, aside } = pool;
  if (own.returned.size === 0) return [];
  const others = [...replicas].filter(([name, it]) => it.open && it !== own && name !== aside?.replica);
  const mayElsewhere = ([id, atMs]: [string, number]): boolean =>
    others.some(([, it]) => !it.returned.has(id) && isOfVariant(pool, id, it)) ||
    (remoteReplicas > 0 && nowMs < atMs + PAUSE_MS);
  return [...own.returned].filter(mayElsewhere).map(([id]) => id);
}

/** Whether a replica is of the variant that a ticket must run on; a suspect may run on any. */
function isOfVariant({ waiting, suspects }: Pool, id: string, { model }: Replica): boolean {
  const variant = waiting.get(id)?.variant;
  return variant === undefined || variant === model || suspects.has(id);
}

/** Whether the line could be served by this node now. */
export function hasRoom({ replicas, aside }: Pool): boolean {
  for (const [name, it] of replicas) {
    if (it.open && !it.paused && aside?.replica !== name && it.running < it.capacity.sequencesMax) return true;
  }
  return false;
}

/** Whether requests can be run by this node alone: a replica is open, or was lost a moment ago. */
export function hasReplicas({ replicas, lost }: Pool): boolean {
  return lost.size > 0 || [...replicas.values()].some((it) => it.open);
}

/** What the replicas of this node can take, for the others. */
export function roomsOf(pool: Pool): string {
  const open = [...pool.replicas].filter(([, it]) => it.open);
  return encodeRooms(
    open.map(
      ([
        name,
        {
          model,
          capacity: { kvTokens, sequencesMax },
        },
      ]) => ({
        replica: addressOf(pool, name),
        kvTokens,
        sequencesMax,
        model,
      }),
    ),
  );
}

/** Whether a replica has still to read what it was given: it may take more before anything else happens. */
export function isReading({ replicas }: Pool): boolean {
  for (const { open, reading } of replicas.values()) if (open && reading.unreadPrompts > 0) return true;
  return false;
}
