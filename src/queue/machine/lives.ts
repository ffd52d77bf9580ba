import type { Result } from '../store.ts';
import { byText, type Machine } from './machine.ts';
import type { Turn } from './turn.ts';

/** A life whose lease has ended is current until somebody clears it. */
export function isCurrent({ nodes }: Machine, life: string): boolean {
  return nodes.has(life);
}

export function renewLease({ machine, commit, nowUs }: Turn, leaseMs: number, rooms: string): void {
  machine.nodes.set(commit.life, Math.floor(nowUs / 1000) + leaseMs);
  machine.rooms.set(commit.life, rooms);
}

/** A life is over. 0: its own node has replaced it, and restores what is still true. 1: it lapsed. */
export function bury({ nodes, rooms, gone }: Machine, life: string, score: 0 | 1): void {
  nodes.delete(life);
  rooms.delete(life);
  gone.set(life, score);
}

/** Those that live, earliest end of their lease first. */
export function aliveNow({ nodes, rooms }: Machine): Result {
  const lives = [...nodes].toSorted(([one, end], [other, otherEnd]) => end - otherEnd || byText(one, other));
  return { type: 'alive', lives: lives.map(([life]) => ({ life, rooms: rooms.get(life) ?? '' })) };
}
