import type { Failure } from './checks/judge-answer.ts';

/** One request and its answer. */
export interface TryReport {
  readonly passed: boolean;
  readonly latency_ms: number;
  /** The checks it failed; `answer` where none came that can be read. */
  readonly failures: readonly Failure[];
  /** The beginning of what was said, on one line; null where nothing was, or where all is well. */
  readonly excerpt: string | null;
}

/** One prompt: `skipped` where the pool has not what it needs, or where the set was decided before its turn. */
export interface PromptReport {
  readonly prompt: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly required: boolean;
  /** Why it failed, in one line; null where it did not. */
  readonly cause: string | null;
  readonly tries: readonly TryReport[];
}

/** How an engine did. Part of what `ssw-infer eval --json` prints: a stable contract, documented in `docs/cli-json.md`. */
export interface EvalReport {
  readonly set: string;
  readonly passed: boolean;
  /** Why it did not pass, in one line; null where it did. */
  readonly cause: string | null;
  /** Of the prompts that were asked. */
  readonly prompts_passed: number;
  readonly prompts_failed: number;
  readonly prompts_skipped: number;
  readonly duration_ms: number;
  readonly prompts: readonly PromptReport[];
}
