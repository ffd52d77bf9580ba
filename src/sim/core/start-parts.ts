import type { StartFaultName } from '../faults/table.ts';
import type { EngineLog } from '../log.ts';
import type { CoreSettings } from './messages.ts';
import type { Pace } from './pace.ts';
import type { StartMemory } from './start-memory.ts';

/** What the stages of a start share. */
export interface Start {
  readonly settings: CoreSettings;
  readonly memory: StartMemory;
  readonly pace: Pace;
  readonly log: EngineLog;
  /** The amount of a fault that was asked for. */
  readonly fault: (name: StartFaultName) => number | undefined;
}
