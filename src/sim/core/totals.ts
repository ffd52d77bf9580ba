import type { Batch } from '../model/batch.ts';
import type { Step } from '../model/step.ts';
import type { CoreStats } from './messages.ts';

/** What the core has done since it began. */
export type Totals = Omit<CoreStats, 'running' | 'waiting' | 'kvUsage'>;

export const NO_TOTALS: Totals = { steps: 0, stepTokens: 0, promptTokens: 0, generatedTokens: 0, preemptions: 0 };

/** Merges the steps of one turn: each sequence once, with all its tokens. */
export function addSteps(
  totals: Totals,
  steps: readonly Step[],
): { readonly totals: Totals; readonly outputs: { readonly produced: number[]; readonly finished: number[] } } {
  const counts = new Map<number, number>();
  const finished: number[] = [];
  let { stepTokens, promptTokens, generatedTokens, preemptions } = totals;
  for (const step of steps) {
    for (const id of step.produced) counts.set(id, (counts.get(id) ?? 0) + 1);
    finished.push(...step.finished);
    stepTokens += step.decodedSequences + step.prefilledTokens;
    promptTokens += step.promptTokens;
    generatedTokens += step.produced.length;
    preemptions += step.preemptions;
  }
  const produced = [...counts].flat();
  const after = { steps: totals.steps + steps.length, stepTokens, promptTokens, generatedTokens, preemptions };
  return { totals: after, outputs: { produced, finished } };
}

export const statsOf = (totals: Totals, batch: Batch, kvBlocks: number): CoreStats => ({
  ...totals,
  running: batch.running.length,
  waiting: batch.waiting.length,
  kvUsage: (kvBlocks - batch.freeBlocks) / kvBlocks,
});
