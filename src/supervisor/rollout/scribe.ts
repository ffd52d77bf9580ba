import type { SupervisorEffects } from '../effects.ts';
import type { RolloutRecord } from './record.ts';
import type { Move, RolloutEffects, RolloutEnding } from './request.ts';
import type { MoveView, RolloutView } from './view.ts';
import { describeStep } from './words.ts';

/** What a rollout leaves behind: its record for the next life of the node, its view, lines, figures. */
export interface Scribe {
  /** Resolves once the record is kept, or could not be. */
  begun(rollout: RolloutRecord): Promise<void>;
  changed(before: RolloutRecord, after: RolloutRecord): void;
  /** Resolves once all that was written is kept. */
  ended(result: RolloutEnding['result']): Promise<void>;
  view(rollout: RolloutRecord): RolloutView;
}

export function createScribe(
  moves: readonly Move[],
  asked: RolloutEffects,
  { clock, unixMs, log, metrics }: Pick<SupervisorEffects, 'clock' | 'unixMs' | 'log' | 'metrics'>,
): Scribe {
  const startedAtUnixMs = unixMs();
  let endedAtUnixMs: number | undefined;
  const sinceMs = moves.map(() => clock.nowMs());
  const sinceUnixMs = moves.map(() => startedAtUnixMs);
  let written = Promise.resolve();

  /** One after the other, so that the last one stays. */
  function write(rollout: RolloutRecord): Promise<void> {
    written = written
      .then(() => asked.record(rollout))
      .catch((error: unknown) => {
        log.error({ rollout: rollout.id, err: error }, 'a rollout cannot be recorded; a restart would not know of it');
      });
    return written;
  }

  function measure(before: RolloutRecord, after: RolloutRecord): void {
    for (const [at, { stage }] of before.moves.entries()) {
      if (stage === after.moves[at]?.stage) continue;
      const nowMs = clock.nowMs();
      if (stage !== 'pending' && stage !== 'done')
        metrics.rolloutStepSeconds.observe({ step: stage }, (nowMs - (sinceMs[at] ?? nowMs)) / 1000);
      sinceMs[at] = nowMs;
      sinceUnixMs[at] = unixMs();
    }
  }

  return {
    begun(rollout) {
      metrics.rolloutActive.set(1);
      log.info({ rollout: rollout.id, moves: rollout.moves }, 'a rollout begins');
      return write(rollout);
    },
    changed(before, after) {
      void write(after);
      measure(before, after);
      for (const line of describeStep(before, after)) {
        log.info({ rollout: after.id }, line);
        asked.progress(line);
      }
    },
    async ended(result) {
      metrics.rollouts.inc({ result });
      endedAtUnixMs = unixMs();
      metrics.rolloutActive.set(0);
      await written;
    },
    view: (rollout) => ({
      ...rollout,
      moves: rollout.moves.map((record, at): MoveView => ({
        ...record,
        from: moves[at]?.from?.pool.servedName,
        to: moves[at]?.to?.pool.servedName,
        sinceUnixMs: sinceUnixMs[at] ?? startedAtUnixMs,
      })),
      startedAtUnixMs,
      endedAtUnixMs,
    }),
  };
}
