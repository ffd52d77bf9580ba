import type { Fleet } from '../../supervisor/index.ts';

/** Calls `proven` once, when each of these replicas has been ready; forgets about it when the returned function is called. */
export function whenProven(
  names: readonly string[],
  fleet: Pick<Fleet, 'onTransition'>,
  proven: () => void,
): () => void {
  const missing = new Set(names);
  const stop = fleet.onTransition(({ name, state }) => {
    if (state !== 'ready' || !missing.delete(name) || missing.size > 0) return;
    stop();
    proven();
  });
  return stop;
}
