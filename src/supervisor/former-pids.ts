/** Pids kept per card; a fleet's engines have a handful each. */
const FORMER_PIDS_MAX = 512;

/** Processes that ended on each card since a start last went ahead there: a driver may still list them. */
export interface FormerPids {
  add(card: string, pids: readonly number[]): void;
  of(card: string): readonly number[];
  /** None of them holds anything any more, or nobody can tell; a pid that comes again is somebody else's. */
  clear(card: string): void;
}

export function createFormerPids(): FormerPids {
  const cards = new Map<string, readonly number[]>();
  return {
    add(card, pids) {
      cards.set(card, [...(cards.get(card) ?? []), ...pids].slice(-FORMER_PIDS_MAX));
    },
    of: (card) => cards.get(card) ?? [],
    clear: (card) => void cards.delete(card),
  };
}
