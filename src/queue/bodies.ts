/** Bytes of request bodies that one node holds, of all pools. */
export interface Bodies {
  readonly heldBytes: () => number;
  /** Another limit from now on. What is held already stays. */
  limit(maxBytes: number): void;
  /** Says whether there was room. One that is larger than all of it passes while nothing else is held. */
  take(bytes: number): boolean;
  free(bytes: number): void;
}

export function createBodies(maxBytes: number): Bodies {
  let heldBytes = 0;
  let mostBytes = maxBytes;
  return {
    heldBytes: () => heldBytes,
    limit: (bytes) => void (mostBytes = bytes),
    take(bytes) {
      if (heldBytes > 0 && heldBytes + bytes > mostBytes) return false;
      heldBytes += bytes;
      return true;
    },
    free(bytes) {
      heldBytes -= bytes;
    },
  };
}
