import type { Progress } from '../supervisor/index.ts';

/** How a change of what runs ended. */
export type ChangeResult = 'success' | 'refused' | 'failed' | 'rolled_back';

/** The answer to a reload or a swap. `refused`: nothing was moved. `rolled_back`: what ran before runs again. */
export type ChangeEnding =
  | { readonly ok: true }
  | { readonly ok: false; readonly message: string; readonly result: Exclude<ChangeResult, 'success'> };

/** The last change that ended. */
export interface LastReloadReport {
  readonly result: ChangeResult;
  readonly at: string;
  /** Why it was no success. */
  readonly message: string | null;
}

/** How the file differs from what runs. */
export interface DriftReport {
  readonly since: string;
  readonly cause: string;
}

/** A model that holds on top of the file, until that says the same or something new. */
export interface SwapReport {
  readonly pool: string;
  readonly model: string;
  readonly revision: string | null;
  readonly at: string;
}

/** One replica on its way. */
export interface MoveReport {
  readonly replica: string;
  readonly pool: string;
  readonly kind: 'roll' | 'add' | 'remove';
  /** `pending`, `waiting`, `draining`, `starting`, `evaluating`, `holding`, `done`, and those of the way back. */
  readonly stage: string;
  readonly since: string;
  /** The real model before and after. */
  readonly from: string | null;
  readonly to: string | null;
  readonly cause: string | null;
}

/** The rollout of now, or the last one that ended. */
export interface RolloutReport {
  readonly id: string;
  /** `running`, `paused`, `rolling_back`; then `done`, `rolled_back` or `aborted`. */
  readonly status: string;
  readonly cause: string | null;
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly moves: readonly MoveReport[];
}

/** One move of a plan. */
export interface PlannedMove {
  readonly replica: string;
  readonly pool: string;
  readonly kind: 'roll' | 'add' | 'remove';
  readonly from: string | null;
  readonly to: string | null;
  /** From its start to its first token, as it or its like took before; else a stated guess. */
  readonly start_s: number;
  readonly start_known: boolean;
  /** What still runs on it may take so long to end. */
  readonly drain_s_max: number;
  /** Replicas of its pool that serve meanwhile, and their KV tokens as far as they are known. */
  readonly ready_meanwhile: number;
  readonly kv_tokens_meanwhile: number;
}

/** What a reload would do, in words and in order; or why it would be refused. */
export type ReloadPreview =
  | {
      readonly ok: true;
      readonly steps: readonly string[];
      /** Sections that would be taken at once. */
      readonly in_place: readonly string[];
      readonly moves: readonly PlannedMove[];
      /** All moves together, without their draining. */
      readonly duration_s: number;
    }
  | { readonly ok: false; readonly message: string };

/** A model for a pool, on top of the file. */
export interface SwapRequest {
  readonly pool: string;
  readonly model: string;
  readonly revision: string | null;
}

/** What can be asked of a rollout. */
export const ROLLOUT_OPERATIONS = ['pause', 'resume', 'abort'] as const;
export type RolloutOperation = (typeof ROLLOUT_OPERATIONS)[number];

/** What a node answers to those who change what it runs. */
export interface ChangeHandler {
  previewReload(): Promise<ReloadPreview>;
  /** Same path as SIGHUP. A change that is on its way is waited for first. */
  reload(progress: Progress): Promise<ChangeEnding>;
  swap(request: SwapRequest, progress: Progress): Promise<ChangeEnding>;
  /** `undefined` before the first one. */
  rollout(): RolloutReport | undefined;
  steerRollout(operation: RolloutOperation): { readonly ok: true } | { readonly ok: false; readonly message: string };
}
