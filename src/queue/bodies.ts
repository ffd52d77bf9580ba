/** Bytes of request bodies that one node holds, of all pools. */
export interface Bodies {
  readonly heldBytes: () => number;
  /** Says whether there was room. One that is larger than all of it passes while nothing else is held. */
  take(bytes: number): boolean;
  free(bytes: number): void;
}

/** `onChange` hears how much is held now. */
export function createBodies(maxBytes: number, onChange: (heldBytes: number) => void): Bodies {
  let heldBytes = 0;
  function add(bytes: number): void {
    heldBytes += bytes;
    onChange(heldBytes);
  }
  return {
    heldBytes: () => heldBytes,
    take(bytes) {
      if (heldBytes > 0 && heldBytes + bytes > maxBytes) return false;
      add(bytes);
      return true;
    },
    free: (bytes) => add(-bytes),
  };
}
