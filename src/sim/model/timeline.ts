import { add, isIdle, remove, type Batch, type BatchLimits, type Sequence } from './batch.ts';
import { stepDurationMs, type Speed } from './cost.ts';
import { step, type Step } from './step.ts';

/** A batch in time. While a step runs, `batch` is what it will leave; what arrives meanwhile joins the next. */
export interface Timeline {
  readonly batch: Batch;
  readonly running: { readonly step: Step; readonly endsAtMs: number } | undefined;
}

/** The card that a timeline runs on. */
export interface Card {
  readonly limits: BatchLimits;
  readonly speed: Speed;
}

/** Steps of one turn; a machine too slow for more makes the simulated card slow instead of the program deaf. */
export const STEPS_PER_TURN_MAX = 64;

/** A sequence arrives. */
export const arrive = (
  timeline: Timeline,
  sequence: Pick<Sequence, 'id' | 'promptTokens' | 'outputTokens'>,
): Timeline => ({ ...timeline, batch: add(timeline.batch, sequence) });

/** Sequences leave early; tokens of the step under way may still be told of them. */
export const leave = (timeline: Timeline, ids: ReadonlySet<number>): Timeline => ({
  ...timeline,
  batch: remove(timeline.batch, ids),
});

/** Runs the card up to `nowMs`: the steps that ended, oldest first. The next one to end is in `timeline.running`. */
export function advance(
  timeline: Timeline,
  nowMs: number,
  card: Card,
): { readonly timeline: Timeline; readonly ended: readonly Step[] } {
  const ended: Step[] = [];
  let current = timeline.running === undefined ? begin(timeline.batch, nowMs, card) : timeline;
  while (current.running !== undefined && current.running.endsAtMs <= nowMs) {
    ended.push(current.running.step);
    const late = ended.length >= STEPS_PER_TURN_MAX;
    current = begin(current.batch, late ? nowMs : current.running.endsAtMs, card);
    if (late) break;
  }
  return { timeline: current, ended };
}

function begin(batch: Batch, atMs: number, card: Card): Timeline {
  if (isIdle(batch)) return { batch, running: undefined };
  const taken = step(batch, card.limits);
  return { batch: taken.batch, running: { step: taken, endsAtMs: atMs + stepDurationMs(taken, card.speed) } };
}
