import type { Cancel, Clock } from '../../telemetry/index.ts';
import type { Tap } from '../tap/tap.ts';

/** A stream that runs and has been silent for so long says that it lives: proxies and clients give up on less than a minute. */
export const KEEP_ALIVE_MS = 10_000;

/** How often it is looked whether a stream is silent: it says so that much later at the most. */
const LOOK_EVERY_MS = 2_500;

/**
 * Calls `say` for each `KEEP_ALIVE_MS` in which nothing came, until it is cancelled. It looks at what has come from time
 * to time: a timer set anew by each chunk would cost more than the chunk.
 */
export function keepAlive({ events }: Pick<Tap, 'events'>, clock: Clock, say: () => void): Cancel {
  let known = events();
  let silentSinceMs = clock.nowMs();
  const look = (): void => {
    const nowMs = clock.nowMs();
    if (events() !== known) {
      known = events();
      silentSinceMs = nowMs;
    } else if (nowMs - silentSinceMs >= KEEP_ALIVE_MS) {
      silentSinceMs = nowMs;
      say();
    }
    cancel = clock.after(LOOK_EVERY_MS, look);
  };
  let cancel = clock.after(LOOK_EVERY_MS, look);
  return () => cancel();
}
