import { CARD_MEMORY_FRACTION_MAX } from '../../config/index.ts';
import type { ReplicaPlan } from '../../engine/index.ts';
import { kindOf, type Move } from './request.ts';

/** What orders moves beside the moves themselves. */
export interface Surroundings {
  /** What runs before the first move. */
  readonly running: readonly ReplicaPlan[];
  /** Replicas that serve: their like are moved after those that do not, whose move costs nothing. */
  readonly ready: ReadonlySet<string>;
}

/**
 * The order in which moves are taken. Pools go one after another, as they come; in a pool additions first, then rolls,
 * then removals, so that capacity leaves last. A move that its card has no room for waits for those that make room,
 * whatever their pool. Where moves wait for each other in a circle, one of them leaves first and comes back last: it is
 * split into a removal and an addition.
 */
export function orderMoves(moves: readonly Move[], { running, ready }: Surroundings): readonly Move[] {
  const cards = createCards(running);
  const ordered: Move[] = [];
  let waiting = preferred(moves, ready);
  while (waiting.length > 0) {
    const next = waiting.find((move) => cards.hasRoomFor(move)) ?? waiting.find(isRoll);
    if (next === undefined) return [...ordered, ...waiting]; // too much for a card in any order: its start will say so
    const isSplit = !cards.hasRoomFor(next);
    const taken = isSplit ? { ...next, to: undefined } : next;
    const left = isSplit ? [{ ...next, from: undefined }] : [];
    cards.take(taken);
    ordered.push(taken);
    waiting = [...waiting.filter((it) => it !== next), ...left];
  }
  return ordered;
}

const isRoll = (move: Move): boolean => kindOf(move) === 'roll';

function preferred(moves: readonly Move[], ready: ReadonlySet<string>): readonly Move[] {
  const pools = [...new Set(moves.map((it) => it.pool))];
  const kinds = ['add', 'roll', 'remove'];
  const rank = (move: Move): readonly number[] => [
    pools.indexOf(move.pool),
    kinds.indexOf(kindOf(move)),
    ready.has(move.replica) ? 1 : 0,
  ];
  return moves.toSorted((one, other) => compare(rank(one), rank(other)));
}

function compare(one: readonly number[], other: readonly number[]): number {
  for (const [at, value] of one.entries()) {
    const difference = value - (other[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Parts do not add up to the last digit. */
const EPSILON = 1e-9;

/** The memory of the cards, as parts of each, while moves are taken. */
function createCards(running: readonly ReplicaPlan[]) {
  const plans = new Map(running.map((plan) => [plan.replica.name, plan]));

  return {
    hasRoomFor({ replica, to }: Move): boolean {
      if (to?.replica.gpu === undefined) return true;
      const others = [...plans.values()].filter(
        (it) => it.replica.gpu === to.replica.gpu && it.replica.name !== replica,
      );
      const used = [to, ...others].reduce((sum, it) => sum + fractionOf(it), 0);
      return used <= CARD_MEMORY_FRACTION_MAX + EPSILON;
    },
    take({ replica, to }: Move): void {
      if (to === undefined) plans.delete(replica);
      else plans.set(replica, to);
    },
  };
}

function fractionOf({ replica }: ReplicaPlan): number {
  return replica.gpuMemoryUtilization ?? CARD_MEMORY_FRACTION_MAX;
}
