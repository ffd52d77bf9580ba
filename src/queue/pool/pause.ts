import type { PoolEffect } from './event.ts';
import type { Execution } from './held.ts';
import type { Pool } from './pool.ts';

/**
 * How long a replica whose engine failed a request gets no work. A server whose engine was killed answers 500 at once
 * for two to three seconds before it ends, so it would always have most room. By then its end was told, if it ends.
 */
export const PAUSE_MS = 3_000;

/** No offers for a while: whatever it were given would lose one of its attempts. Its next engine is not to blame. */
export function pause(pool: Pool, { replica: name, life }: Execution): PoolEffect[] {
  const replica = pool.replicas.get(name);
  if (replica?.open !== true || replica.life !== life) return [];
  replica.paused = true;
  return [{ do: 'pause', replica: name, forMs: PAUSE_MS }];
}
