/** Memory that several share. */
export interface ByteBudget {
  /** Takes `bytes`, or says that there is no room. */
  take(bytes: number): boolean;
  give(bytes: number): void;
  taken(): number;
}

export function createByteBudget(bytesMax: number): ByteBudget {
  let taken = 0;
  return {
    take(bytes) {
      if (taken + bytes > bytesMax) return false;
      taken += bytes;
      return true;
    },
    give(bytes) {
      taken -= bytes;
    },
    taken: () => taken,
  };
}
