import { SWEPT_PER_COMMIT_MAX } from '../bounds.ts';
import { removeTicket, takeBack } from './line.ts';
import { presentLife } from './lives.ts';
import { byText, deleteIn } from './machine.ts';
import type { Turn } from './turn.ts';

/**
 * Clears what lives left that are over, in pieces. First what they ran: it goes back to its place if its origin lives, but
 * for what their node's present life has restored. Then their tickets: nobody waits for those. Of what is more than one
 * piece, Redis may clear another part first.
 */
export function sweep(turn: Turn): void {
  const { machine } = turn;
  let budget = SWEPT_PER_COMMIT_MAX;
  while (budget > 0) {
    const [gone] = [...machine.gone].toSorted(byText);
    if (gone === undefined) return;
    budget -= endClaims(turn, gone, budget);
    if (budget > 0) budget -= dropTickets(turn, gone, budget);
    if (budget > 0) machine.gone.delete(gone);
  }
  turn.more = true;
}

function dropTickets(turn: Turn, gone: string, budget: number): number {
  const tickets = someOf(turn.machine.ids, gone, budget);
  for (const [, placed] of tickets) removeTicket(turn, placed);
  return tickets.length;
}

function endClaims(turn: Turn, gone: string, budget: number): number {
  const { machine } = turn;
  const claims = someOf(machine.claims, gone, budget);
  const restored = machine.claims.get(presentLife(machine, gone) ?? '');
  for (const [name, held] of claims) {
    if (restored?.has(name) !== true) takeBack(turn, held, false);
    deleteIn(machine.claims, gone, name);
  }
  return claims.length;
}

function someOf<Value>(maps: Map<string, Map<string, Value>>, name: string, most: number): [string, Value][] {
  return [...(maps.get(name) ?? [])].slice(0, most).toSorted(([one], [other]) => byText(one, other));
}
