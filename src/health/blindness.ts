import type { Clock, Log } from '../telemetry/index.ts';

/** Between two lines in the log about it, whichever engines could not be asked. */
const TOLD_EVERY_MS = 60_000;

/**
 * Tells that engines cannot be asked for want of something of our own. They are left as they are: a refusal that never
 * reached an engine says nothing of it.
 */
export function createBlindness({ clock, log }: { readonly clock: Clock; readonly log: Log }) {
  let toldAtMs = -Infinity;
  return (replica: string, because: string): void => {
    if (clock.nowMs() - toldAtMs < TOLD_EVERY_MS) return;
    toldAtMs = clock.nowMs();
    log.warn({ replica, cause: because }, `health cannot look at its engines and leaves them as they are: ${because}`);
  };
}
