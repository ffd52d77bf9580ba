import { blocksFor, owedTokens, type Batch, type BatchLimits, type Sequence } from './batch.ts';

/** What one engine step did. */
export interface Step {
  readonly batch: Batch;
  /** Ids that got one more token. */
  readonly produced: readonly number[];
  /** Ids whose last token that was. */
  readonly finished: readonly number[];
  readonly decodedSequences: number;
  readonly prefilledTokens: number;
  /** Prompt tokens of the sequences that produced their first token in this step. */
  readonly promptTokens: number;
  readonly preemptions: number;
}

interface Scheduled {
  readonly sequence: Sequence;
  readonly tokens: number;
}

interface Draft {
  readonly scheduled: Scheduled[];
  /** Running, but the step's tokens were used up before its turn. */
  readonly skipped: readonly Sequence[];
  readonly preempted: readonly Sequence[];
  waiting: readonly Sequence[];
  freeBlocks: number;
  tokensLeft: number;
}

/**
 * One step of vLLM's V1 scheduler (vllm/v1/core/sched/scheduler.py): running sequences first, the youngest of them
 * preempted by recompute when blocks run out, then the line in order of arrival; prompts are prefilled in chunks.
 */
export function step(batch: Batch, limits: BatchLimits): Step {
  const draft = continueRunning(batch, limits);
  if (draft.preempted.length === 0) admitWaiting(draft, limits);
  return settle(draft);
}

function continueRunning(batch: Batch, limits: BatchLimits): Draft {
  const running = [...batch.running];
  const scheduled: Scheduled[] = [];
  const preempted: Sequence[] = [];
  let { freeBlocks } = batch;
  let tokensLeft = limits.tokensPerStepMax;
  while (scheduled.length < running.length && tokensLeft > 0) {
    const sequence = running[scheduled.length];
    if (sequence === undefined) break;
    const tokens = Math.min(owedTokens(sequence), tokensLeft);
    const blocks = blocksFor(sequence.computedTokens + tokens) - sequence.blocks;
    if (blocks > freeBlocks) {
      const victim = running.pop() ?? sequence;
      freeBlocks += victim.blocks;
      preempted.unshift({ ...victim, computedTokens: 0, blocks: 0 });
      continue;
    }
    scheduled.push({ sequence, tokens });
    freeBlocks -= blocks;
    tokensLeft -= tokens;
  }
  const skipped = running.slice(scheduled.length);
  const waiting = preempted.length === 0 ? batch.waiting : [...preempted, ...batch.waiting];
  return { scheduled, skipped, preempted, waiting, freeBlocks, tokensLeft };
}

function admitWaiting(draft: Draft, limits: BatchLimits): void {
  let admitted = 0;
  for (const sequence of draft.waiting) {
    const tokens = Math.min(owedTokens(sequence), draft.tokensLeft);
    const blocks = blocksFor(tokens);
    const full = draft.scheduled.length + draft.skipped.length >= limits.sequencesMax;
    if (full || draft.tokensLeft === 0 || blocks > draft.freeBlocks) break;
    draft.scheduled.push({ sequence, tokens });
    draft.freeBlocks -= blocks;
    draft.tokensLeft -= tokens;
    admitted += 1;
  }
  if (admitted > 0) draft.waiting = draft.waiting.slice(admitted);
}

function settle(draft: Draft): Step {
  const running: Sequence[] = [];
  const produced: number[] = [];
  const finished: number[] = [];
  let { freeBlocks } = draft;
  let [decodedSequences, prefilledTokens, promptTokens] = [0, 0, 0];
  for (const { sequence, tokens } of draft.scheduled) {
    const after = compute(sequence, tokens);
    if (isDecode(sequence)) decodedSequences += 1;
    else prefilledTokens += tokens;
    if (after.producedTokens > sequence.producedTokens) produced.push(after.id);
    if (sequence.producedTokens === 0 && after.producedTokens === 1) promptTokens += after.promptTokens;
    if (after.producedTokens < after.outputTokens) {
      running.push(after);
      continue;
    }
    finished.push(after.id);
    freeBlocks += after.blocks;
  }
  const batch = { running: [...running, ...draft.skipped], waiting: draft.waiting, freeBlocks };
  const preemptions = draft.preempted.length;
  return { batch, produced, finished, decodedSequences, prefilledTokens, promptTokens, preemptions };
}

const isDecode = (sequence: Sequence): boolean => sequence.computedTokens > 0 && owedTokens(sequence) === 1;

function compute(sequence: Sequence, tokens: number): Sequence {
  const computedTokens = sequence.computedTokens + tokens;
  const whole = tokens === owedTokens(sequence);
  return {
    id: sequence.id,
    promptTokens: sequence.promptTokens,
    outputTokens: sequence.outputTokens,
    producedTokens: sequence.producedTokens + (whole ? 1 : 0),
    computedTokens,
    blocks: blocksFor(computedTokens),
  };
}
