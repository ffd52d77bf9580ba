import type { PendingHolder } from '../faults/pending.ts';
import type { Fault, RunFaultName } from '../faults/table.ts';
import type { EngineSettings } from '../flags/settings.ts';
import type { Generations } from './generations.ts';
import type { Life } from './life.ts';
import type { Series } from './series.ts';

/** What requests see of the server around them. */
export interface ServerContext extends PendingHolder {
  readonly settings: EngineSettings;
  readonly generations: Generations;
  readonly series: Series;
  readonly life: () => Life;
  readonly inject: (fault: Fault<RunFaultName>) => void;
  readonly nowMs: () => number;
}
