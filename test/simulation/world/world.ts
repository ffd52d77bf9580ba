import type { Random } from '../../support/random.ts';
import type { Agenda } from '../agenda.ts';
import type { Exchange } from '../engine/exchange.ts';
import type { Ledger } from '../load/ledger.ts';
import type { Trace } from '../trace.ts';
import type { CardMemory } from './cards.ts';
import type { Host } from './host.ts';

/** What listens somewhere. */
export interface Listener {
  readonly name: string;
  readonly pid: number;
  take(exchange: Exchange): void;
}

/** All that a story is made of besides the node: nothing of it is real, and it outlives every node. */
export interface World {
  readonly agenda: Agenda;
  readonly random: Random;
  readonly trace: Trace;
  readonly host: Host;
  readonly cards: CardMemory;
  /** Who listens where: a path, or `host:port`. */
  readonly listeners: Map<string, Listener>;
  readonly ledger: Ledger;
  /** A number that was never given before. */
  count(): number;
}

/** Whether something comes about that does with this probability. */
export function chance({ random }: Pick<World, 'random'>, probability: number): boolean {
  return random.next() < probability;
}

/** A duration between two, mostly near the lesser. */
export function mostlyShort({ random }: Pick<World, 'random'>, leastMs: number, mostMs: number): number {
  return leastMs + random.next() ** 3 * (mostMs - leastMs);
}
