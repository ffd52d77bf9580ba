/** What a card is wanted for. Starts are alone on a card; stops bear each other. */
export type CardUse = 'start' | 'stop';

/** A replica that holds a card or waits for it. */
export interface CardPlace {
  readonly replica: string;
  readonly use: CardUse;
}

/**
 * Who starts or stops on one card, and who waits for that in order of asking. Two vLLM starts at once count each
 * other's memory (vllm#55827), and a stop beside a start trips an assertion in its profiling (vllm#56830).
 */
export interface Lease {
  readonly holders: ReadonlyMap<string, CardUse>;
  readonly line: readonly CardPlace[];
}

export type LeaseEvent =
  | { readonly on: 'request'; readonly replica: string; readonly use: CardUse }
  /** An ending is under way whoever holds the card: nobody may start until it is over. */
  | { readonly on: 'seize'; readonly replica: string }
  | { readonly on: 'release'; readonly replica: string };

export interface LeaseStep {
  readonly lease: Lease;
  /** Replicas whose turn has come, in order. */
  readonly granted: readonly string[];
}

export const FREE: Lease = { holders: new Map(), line: [] };

/** One event in, the next lease and who was granted out. A replica has one place: holder or in line. */
export function stepLease(lease: Lease, event: LeaseEvent): LeaseStep {
  const holders = new Map(lease.holders);
  const line = lease.line.filter((waiting) => waiting.replica !== event.replica);
  holders.delete(event.replica);
  if (event.on === 'request') line.push({ replica: event.replica, use: event.use });
  if (event.on === 'seize') holders.set(event.replica, 'stop');
  return grant(holders, line);
}

/** Grants from the head of the line while it fits; nobody overtakes. */
function grant(holders: Map<string, CardUse>, line: readonly CardPlace[]): LeaseStep {
  const granted: string[] = [];
  for (const { replica, use } of line) {
    const isFree = holders.size === 0 || (use === 'stop' && [...holders.values()].every((held) => held === 'stop'));
    if (!isFree) break;
    holders.set(replica, use);
    granted.push(replica);
  }
  return { lease: { holders, line: line.slice(granted.length) }, granted };
}
