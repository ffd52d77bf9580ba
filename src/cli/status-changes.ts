import type { NodeReport } from '../control/index.ts';
import { formatRollout } from './rollout.ts';
import { pointer } from './runbook.ts';

/** What is said of changes: what holds beside the file, and a rollout that is under way or went wrong. */
export function changeLines({ drift, swaps, rollout }: NodeReport): string[] {
  return [
    ...swaps.map(
      (it) => `swapped: pool ${it.pool} runs ${it.model}${it.revision === null ? '' : ` at ${it.revision}`}`,
    ),
    ...(drift === null ? [] : [`what runs is not what the file says: ${drift.cause}`]),
    ...(rollout === null || !WENT_WRONG.has(rollout.status)
      ? []
      : [`last rollout: ${rollout.status}: ${rollout.cause ?? 'no cause told'} ${pointer('bad-swap')}`]),
  ];
}

const WENT_WRONG: ReadonlySet<string> = new Set(['rolled_back', 'aborted']);

/** A rollout that is under way, as `ssw-infer rollout` tells it; undefined where none is. */
export function rolloutLines(
  { rollout }: NodeReport,
  nowUnixMs: number,
  columns: number | undefined,
): string | undefined {
  return rollout === null || rollout.ended_at !== null ? undefined : formatRollout(rollout, nowUnixMs, columns);
}
