import type { RestartConfig } from '../../config/index.ts';

/** The largest part of a wait that chance takes away, so that replicas that fell together do not rise together. */
const JITTER = 0.25;

/**
 * How long to wait before the next start, after `failures` endings in a row. The first restart comes at once, then
 * the wait doubles up to its limit. `random` is 0 ≤ x < 1.
 */
export function backoffMs(failures: number, policy: RestartConfig, random: number): number {
  if (failures <= 1) return 0;
  const wait = Math.min(policy.backoffMaxMs, policy.backoffInitialMs * 2 ** (failures - 2));
  return wait * (1 - JITTER * random);
}
