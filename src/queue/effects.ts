import type { Clock, Log, Metrics } from '../telemetry/index.ts';
import type { Send } from './outgoing.ts';
import type { Store } from './store.ts';

/** What the queue needs of the world. */
export interface QueueEffects {
  readonly store: Store;
  readonly send: Send;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Text that is unique for ever: claims and lives are named with it. */
  readonly newId: () => string;
}
