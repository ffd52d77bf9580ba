/** The last `limit` items of a row that never ends. */
export interface Ring<T> {
  push(item: T): void;
  /** Oldest first; a copy. */
  items(): readonly T[];
}

export function createRing<T>(limit: number): Ring<T> {
  const kept: T[] = [];
  return {
    push(item) {
      kept.push(item);
      if (kept.length >= 2 * limit) kept.splice(0, kept.length - limit); // seldom, so that a push is cheap
    },
    items: () => kept.slice(-limit),
  };
}
