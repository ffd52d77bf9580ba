import type { Result } from '../store.ts';
import { nodeOf } from '../relay/relay.ts';
import { byText, type Machine } from './machine.ts';
import type { Turn } from './turn.ts';

/** `NODE:process.number`. */
const NUMBERED = /^(.*)\.(\d+)$/;

/** A life whose lease has ended is current until somebody clears it. */
export function isCurrent({ nodes }: Machine, life: string): boolean {
  return nodes.has(life);
}

export function renewLease({ machine, commit, nowUs }: Turn, leaseMs: number, rooms: string): void {
  machine.nodes.set(commit.life, Math.floor(nowUs / 1000) + leaseMs);
  machine.rooms.set(commit.life, rooms);
}

/** No lease ends later. One that does was given by a clock that was set back since, or by another master's. */
export function shortenLeases({ nodes }: Machine, lastEndMs: number): void {
  for (const [life, endMs] of nodes) if (endMs > lastEndMs) nodes.set(life, lastEndMs);
}

/** A life is over: what it left is swept. */
export function bury({ nodes, rooms, gone }: Machine, life: string): void {
  nodes.delete(life);
  rooms.delete(life);
  gone.add(life);
}

/** Tickets that lives have left which are over: they keep nobody out, for what is still wanted was restored beside them. */
export function leftOver({ gone, ids }: Machine): number {
  return [...gone].reduce((sum, life) => sum + (ids.get(life)?.size ?? 0), 0);
}

/** The present life of the node that a life is of. */
export function presentLife({ nodes }: Machine, of: string): string | undefined {
  return [...nodes.keys()].find((it) => nodeOf(it) === nodeOf(of));
}

/** Whether a life comes too late to begin: it is over, or its process has begun a later one. */
export function isPast(machine: Machine, life: string): boolean {
  if (machine.gone.has(life)) return true;
  const [, process, number] = NUMBERED.exec(life) ?? [];
  const [, present, later] = NUMBERED.exec(presentLife(machine, life) ?? '') ?? [];
  return process !== undefined && process === present && Number(number) < Number(later);
}

/** Those that live, earliest end of their lease first. */
export function aliveNow({ machine: { nodes, rooms }, nowUs }: Turn): Result {
  const lives = [...nodes].toSorted(([one, end], [other, otherEnd]) => end - otherEnd || byText(one, other));
  return { type: 'alive', nowUs, lives: lives.map(([life]) => ({ life, rooms: rooms.get(life) ?? '' })) };
}
