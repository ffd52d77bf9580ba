import type { Cancel } from '../../telemetry/index.ts';
import type { Bodies } from '../bodies.ts';
import type { QueueEffects } from '../effects.ts';
import type { Relay } from '../relay/index.ts';
import type { QuarantineCopy } from '../suspects/quarantine-copy.ts';
import type { Admission, Refusal, Standing, Ticket } from '../ticket.ts';
import type { PoolEvent } from './event.ts';
import type { Joiner } from './joiner.ts';
import type { Pool } from './pool.ts';
import type { PoolMetrics } from './pool-metrics.ts';
import type { Waiters } from './waiters.ts';

/** What performing needs of the loop it belongs to. */
export interface LoopParts {
  readonly pool: Pool;
  readonly waiters: Waiters;
  readonly metrics: PoolMetrics;
  readonly effects: QueueEffects;
  readonly relay: Relay;
  readonly bodies: Bodies;
  readonly joiner: Joiner;
  /** Ends an execution for an operator, by the ticket's id. */
  readonly aborts: Map<string, AbortController>;
  /** Those who ask for a ticket's place, by its id. */
  readonly looks: Map<string, PromiseWithResolvers<Standing | undefined>>;
  /** Lives that hold a lease, as this pool's store says. */
  readonly onAlive: (lives: readonly string[]) => void;
  /** Resolvers of `close`, by replica. */
  readonly closing: Map<string, PromiseWithResolvers<void>>;
  /** Timers of pauses, by replica. */
  readonly pauses: Map<string, Cancel>;
  readonly dispatch: (event: PoolEvent) => void;
  readonly quarantine: QuarantineCopy;
}

/** Puts a caller in line by `event`, which is the ticket's admission or its return. */
export function enter(parts: LoopParts, ticket: Ticket, signal: AbortSignal, event: PoolEvent): Promise<Admission> {
  const admission = parts.waiters.add({ ticket, signal });
  parts.dispatch(event);
  return admission;
}

export const refused = (refusal: Refusal): Admission => ({ ok: false, refusal });
