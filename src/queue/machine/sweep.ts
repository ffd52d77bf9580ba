import { SWEPT_PER_COMMIT_MAX } from '../store.ts';
import { removeTicket, takeBack } from './line.ts';
import { byText, deleteIn } from './machine.ts';
import type { Turn } from './turn.ts';

/**
 * Clears what lives left that are over, in pieces. First what they ran: it goes back to its place if its origin lives,
 * unless their own node has taken over. Then their tickets: nobody waits for those. Of what is more than one piece,
 * Redis may clear another part first.
 */
export function sweep(turn: Turn): void {
  const { machine } = turn;
  let budget = SWEPT_PER_COMMIT_MAX;
  while (budget > 0) {
    const [first] = [...machine.gone].toSorted(([one, a], [other, b]) => a - b || byText(one, other));
    if (first === undefined) return;
    const [gone, score] = first;
    budget -= endClaims(turn, gone, score === 0, budget);
    if (budget > 0) budget -= dropTickets(turn, gone, budget);
    if (budget > 0) machine.gone.delete(gone);
  }
}

function dropTickets(turn: Turn, gone: string, budget: number): number {
  const tickets = someOf(turn.machine.ids, gone, budget);
  for (const [, placed] of tickets) removeTicket(turn, placed);
  return tickets.length;
}

function endClaims(turn: Turn, gone: string, isReplaced: boolean, budget: number): number {
  const claims = someOf(turn.machine.claims, gone, budget);
  for (const [name, held] of claims) {
    if (!isReplaced) takeBack(turn, held, false);
    deleteIn(turn.machine.claims, gone, name);
  }
  return claims.length;
}

function someOf<Value>(maps: Map<string, Map<string, Value>>, name: string, most: number): [string, Value][] {
  return [...(maps.get(name) ?? [])].slice(0, most).toSorted(([one], [other]) => byText(one, other));
}
