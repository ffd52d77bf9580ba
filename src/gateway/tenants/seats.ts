/** Counts each tenant's requests that are here: being received, in line, or answered. */
export interface Seats {
  /** A place for one more, to be left once; `undefined` where as many are here as may be. */
  take(tenant: string, max: number | undefined): (() => void) | undefined;
}

/** Holds a number for each tenant that has a request here, and nothing of the others. */
export function createSeats(): Seats {
  const taken = new Map<string, number>();
  const leave = (tenant: string) => {
    const count = taken.get(tenant) ?? 0;
    if (count <= 1) taken.delete(tenant);
    else taken.set(tenant, count - 1);
  };
  return {
    take(tenant, max) {
      const count = taken.get(tenant) ?? 0;
      if (max !== undefined && count >= max) return undefined;
      taken.set(tenant, count + 1);
      return () => leave(tenant);
    },
  };
}
