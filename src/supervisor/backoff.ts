import type { RestartConfig } from '../config/index.ts';

/** The largest part of a wait that chance takes away, so that what fell together does not rise together. */
const JITTER = 0.25;

export type BackoffLimits = Pick<RestartConfig, 'backoffInitialMs' | 'backoffMaxMs'>;

/**
 * How long to wait before the next start, after `failures` endings in a row. The first restart comes at once, then
 * the wait doubles up to its limit.
 */
export function backoffMs(failures: number, { backoffInitialMs, backoffMaxMs }: BackoffLimits): number {
  return failures <= 1 ? 0 : Math.min(backoffMaxMs, backoffInitialMs * 2 ** (failures - 2));
}

/** A wait shortened by chance. `random` is 0 ≤ x < 1. */
export function jittered(waitMs: number, random: number): number {
  return waitMs * (1 - JITTER * random);
}
