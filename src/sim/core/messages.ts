import type { ModelSize } from '../card/model-size.ts';
import type { Fault, StartFaultName } from '../faults/table.ts';
import type { Sequence } from '../model/batch.ts';
import type { Card } from '../model/timeline.ts';
import type { MemoryPlan } from './start-memory.ts';

/** What the core is told before anything else. */
export interface CoreSettings {
  readonly card: Card;
  /** Absent: no card, or no ledger to count it in. */
  readonly memory: MemoryPlan | undefined;
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
  readonly size: ModelSize;
}

/** A sequence as the core needs it: a poisoned one kills it. */
export type Arrival = Pick<Sequence, 'id' | 'promptTokens' | 'outputTokens'> & { readonly poisoned: boolean };

/** From the API server to the engine core. */
export type ToCore =
  | { readonly is: 'begin'; readonly settings: CoreSettings }
  | { readonly is: 'add'; readonly sequence: Arrival }
  | { readonly is: 'abort'; readonly ids: readonly number[] }
  /** Steps take so many times what the settings say, from the next on. */
  | { readonly is: 'slow'; readonly factor: number };

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

/** What a start found room for. */
export interface Capacity {
  readonly kvBlocks: number;
  readonly maxModelLen: number;
}

/** From the engine core to the API server. Steps that ended in one turn travel together. */
export type FromCore =
  | { readonly is: 'loading' }
  | ({ readonly is: 'ready' } & Capacity)
  | { readonly is: 'terminating' }
  | {
      readonly is: 'steps';
      /** Pairs: an id, then how many tokens it got. */
      readonly produced: readonly number[];
      readonly finished: readonly number[];
      readonly stats: CoreStats;
    };
