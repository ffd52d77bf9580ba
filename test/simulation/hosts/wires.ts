import { createMemoryWires, type Wire } from '../../../src/queue/relay/index.ts';
import type { Random } from '../../support/random.ts';
import type { Agenda } from '../agenda.ts';
import type { Gate } from './gate.ts';

/** The pub/sub of the simulated Redis. */
export interface Wires {
  /** A node's wire, for as long as its process lives. */
  open(node: string, gate: Gate): Wire;
  ring(pool: string): void;
  /** Nodes that hear nothing: their subscription is dead, and they do not know yet. */
  readonly deaf: Set<string>;
  /** Part of the messages that are lost, 0 to 1. */
  lost: number;
  /** Part of the messages that are late. */
  late: number;
}

/** Longest way of a message that is not late, and of one that is. */
const WAY_MS = 2;
const LATE_MS = 3_000;

/** `isAway` says whether a node cannot reach Redis. */
export function createWires(agenda: Agenda, random: Random, isAway: (node: string) => boolean): Wires {
  const inner = createMemoryWires(agenda, (from, to) => {
    if (isAway(to) || (from !== '' && isAway(from)) || wires.deaf.has(to)) return 'lost';
    if (random.next() < wires.lost) return 'lost';
    return random.next() * (random.next() < wires.late ? LATE_MS : WAY_MS);
  });
  const wires: Wires = {
    open(node, gate) {
      const wire = inner.open(node);
      return {
        ...wire,
        listen: (listener) => wire.listen((message) => gate.enter(() => listener(message))),
        onBell: (listener) => wire.onBell((pool) => gate.enter(() => listener(pool))),
      };
    },
    ring: (pool) => inner.ring(pool),
    deaf: new Set(),
    lost: 0,
    late: 0,
  };
  return wires;
}
