import { FREE, stepLease, type CardUse, type CardPlace, type Lease, type LeaseEvent } from './lease.ts';

/** The lease of one card, to be shown. */
export interface CardView {
  readonly card: string;
  readonly holders: readonly CardPlace[];
  readonly line: readonly CardPlace[];
}

/** The leases of all cards of this host. */
export interface Cards {
  /** Calls back when it is this replica's turn, at once where the card is free. */
  request(card: string, replica: string, use: CardUse, granted: () => void): void;
  seize(card: string, replica: string): void;
  /** Who holds each card and who waits for it, in order. */
  view(): readonly CardView[];
  /** Gives the card back, or leaves the line for it. */
  release(card: string, replica: string): void;
}

/** Replicas without a card share one lease: several starts at once only slow each other down. */
export function cardOf(gpu: number | undefined): string {
  return gpu === undefined ? 'cpu' : `gpu:${gpu}`;
}

export function createCards(): Cards {
  const leases = new Map<string, Lease>();
  const waiting = new Map<string, () => void>();

  function take(card: string, event: LeaseEvent): void {
    const { lease, granted } = stepLease(leases.get(card) ?? FREE, event);
    leases.set(card, lease);
    for (const replica of granted) {
      const callback = waiting.get(replica);
      waiting.delete(replica);
      callback?.();
    }
  }

  return {
    view: () =>
      [...leases].map(([card, { holders, line }]) => ({
        card,
        holders: [...holders].map(([replica, use]) => ({ replica, use })),
        line,
      })),
    request(card, replica, use, granted) {
      waiting.set(replica, granted);
      take(card, { on: 'request', replica, use });
    },
    seize(card, replica) {
      waiting.delete(replica);
      take(card, { on: 'seize', replica });
    },
    release(card, replica) {
      waiting.delete(replica);
      take(card, { on: 'release', replica });
    },
  };
}
