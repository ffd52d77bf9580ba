import type { Fault, StartFaultName } from '../faults/table.ts';
import type { Card } from '../model/timeline.ts';

/** What the core is told before anything else. */
export interface CoreSettings {
  readonly card: Card;
  /** Simulated milliseconds per real one. */
  readonly speed: number;
  /** Simulated milliseconds that the core's part of the start takes. */
  readonly startMs: number;
  readonly startFaults: readonly Fault<StartFaultName>[];
  /** Real milliseconds from SIGTERM to the end. */
  readonly lingerMs: number;
  /** For the log. */
  readonly model: string;
  readonly maxModelLen: number;
}

/** From the API server to the engine core. */
export type ToCore =
  | { readonly is: 'begin'; readonly settings: CoreSettings }
  | { readonly is: 'add'; readonly id: number; readonly promptTokens: number; readonly outputTokens: number }
  | { readonly is: 'abort'; readonly ids: readonly number[] };

/** Sums since the core began, and what is inside now. */
export interface CoreStats {
  readonly running: number;
  readonly waiting: number;
  /** Share of the KV blocks in use, 0..1. */
  readonly kvUsage: number;
  readonly steps: number;
  readonly stepTokens: number;
  readonly promptTokens: number;
  readonly generatedTokens: number;
  readonly preemptions: number;
}

/** From the engine core to the API server. Steps that ended in one turn travel together. */
export type FromCore =
  | { readonly is: 'ready' }
  | { readonly is: 'terminating' }
  | {
      readonly is: 'steps';
      /** Pairs: an id, then how many tokens it got. */
      readonly produced: readonly number[];
      readonly finished: readonly number[];
      readonly stats: CoreStats;
    };
