/** Bytes of request bodies that one node holds, of all pools. */
export interface Bodies {
  readonly heldBytes: () => number;
  /** Says whether there was room. One that is larger than all of it passes while nothing else is held. */
  take(bytes: number): boolean;
  free(bytes: number): void;
}

export function createBodies(maxBytes: number): Bodies {
  let heldBytes = 0;
  return {
    heldBytes: () => heldBytes,
    take(bytes) {
      if (heldBytes > 0 && heldBytes + bytes > maxBytes) return false;
      heldBytes += bytes;
      return true;
    },
    free(bytes) {
      heldBytes -= bytes;
    },
  };
}
