import type { MoveRecord, RolloutRecord } from './record.ts';

/** One move as others may see it. */
export interface MoveView extends MoveRecord {
  /** The real model before and after. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** In this stage since, Unix milliseconds. */
  readonly sinceUnixMs: number;
}

/** The rollout of now, or the last one that ended: a copy, never to be branched on in place of asking. */
export interface RolloutView extends Omit<RolloutRecord, 'moves'> {
  readonly moves: readonly MoveView[];
  readonly startedAtUnixMs: number;
  readonly endedAtUnixMs: number | undefined;
}
