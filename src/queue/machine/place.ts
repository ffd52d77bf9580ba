import type { Entry } from '../store.ts';
import type { Room, Turn } from './turn.ts';

/**
 * Which replica takes a ticket: one that goes first; else the one that served its session or prefix last, if that fits and has half the room of the
 * one with most; else the one with most. An idle one takes a ticket of any size. Whose tenant is ahead leaves the reserve to others.
 */
export function place(rooms: readonly Room[], entry: Entry, isAhead: boolean): Room | undefined {
  const leastIn = ({ offer }: Room) => entry.costTokens + (isAhead ? offer.reserveTokens : 0);
  const fitting = rooms.filter((it) => hasRoom(it, leastIn(it)) && mayTake(it, entry));
  const first = fitting.find(({ offer }) => offer.first === true);
  if (first !== undefined) return first;
  const best = mostRoom(fitting);
  const preferred = fitting.findLast(({ offer }) => offer.replica === entry.prefer);
  return best && preferred && preferred.tokens * 2 >= best.tokens ? preferred : best;
}

/** Keeps a replica's room for a ticket that fits nowhere: the one that has most is taken out. */
export function hold(rooms: readonly Room[], entry: Entry): Room | undefined {
  const room = mostRoom(rooms.filter((it) => mayTake(it, entry)));
  if (room) room.held = true;
  return room;
}

/** Whether anything could be placed at all; with a `variant`, anything of that. */
export function hasAnyRoom({ rooms }: Turn, variant?: string): boolean {
  const isOf = ({ offer }: Room): boolean => variant === undefined || offer.variant === variant;
  return rooms.some((it) => !it.offer.alone && !it.held && hasRoom(it, 1) && isOf(it));
}

export function occupy(room: Room, costTokens: number): void {
  room.tokens -= costTokens;
  room.sequences = room.offer.alone ? 0 : room.sequences - 1;
  room.idle = false;
}

function hasRoom({ sequences, idle, tokens }: Room, leastTokens: number): boolean {
  return sequences > 0 && (idle || tokens >= leastTokens);
}

function mayTake({ offer, held }: Room, { id, variant }: Entry): boolean {
  const isOf = variant === undefined || offer.variant === variant;
  return !offer.alone && !held && isOf && !offer.exceptIds.includes(id);
}

/** The first one of several with as much. */
function mostRoom(rooms: readonly Room[]): Room | undefined {
  return rooms.reduce<Room | undefined>((best, it) => (best && best.tokens >= it.tokens ? best : it), undefined);
}
