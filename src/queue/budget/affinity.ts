/** Which replica served a session or prefix last: there its prefix is probably in the cache still. Bounded. */
export interface Affinity {
  /** Key to address `NODE/REPLICA`, least recently noted first. */
  readonly replicas: Map<string, string>;
  readonly max: number;
}

/** Most keys remembered; about 200 bytes each. */
const KEYS_MAX = 65_536;

export const createAffinity = (max = KEYS_MAX): Affinity => ({ replicas: new Map(), max });

/** Where a request of this key runs best; `undefined` where that is not known. */
export const preferred = ({ replicas }: Affinity, key: string): string | undefined => replicas.get(key);

/** A request of this key ran on that replica. */
export function note({ replicas, max }: Affinity, key: string, replica: string): void {
  replicas.delete(key);
  replicas.set(key, replica);
  if (replicas.size <= max) return;
  for (const oldest of replicas.keys()) {
    replicas.delete(oldest);
    return;
  }
}

/** A replica is opened anew: its cache is empty. */
export function forget({ replicas }: Affinity, replica: string): void {
  for (const [key, last] of replicas) if (last === replica) replicas.delete(key);
}
