import type { Claimed, Commit, Offer } from '../store.ts';
import type { Machine } from './machine.ts';

/** One commit under way. */
export interface Turn {
  readonly machine: Machine;
  readonly commit: Commit;
  readonly nowUs: number;
  readonly rooms: readonly Room[];
  readonly claims: Claimed[];
  /** Whether something came into the line or apart, from wherever. */
  entered: boolean;
  /** Tickets left out that nobody waits for any more. */
  dropped: number;
  /** A bound was met, and another commit would come further. */
  more: boolean;
}

/** What is left of an offer. */
export interface Room {
  readonly offer: Offer;
  tokens: number;
  sequences: number;
  idle: boolean;
  /** Kept free for a ticket that fits nowhere. */
  held: boolean;
}

export function beginTurn(machine: Machine, commit: Commit): Turn {
  return {
    machine,
    commit,
    nowUs: machine.clockUs(),
    rooms: commit.offers.map(roomOf),
    claims: [],
    entered: false,
    dropped: 0,
    more: false,
  };
}

/** The µs of now, made unique. */
export function nextOrder({ machine, nowUs }: Turn): number {
  machine.order = Math.max(machine.order + 1, nowUs);
  return machine.order;
}

function roomOf(offer: Offer): Room {
  const { roomTokens, roomSequences, idle } = offer;
  return { offer, tokens: roomTokens, sequences: roomSequences, idle, held: false };
}
