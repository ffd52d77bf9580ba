import type { Outgoing, Ticket } from '../queue/index.ts';
import type { PoolRoute } from './gateway.ts';
import type { IdleLimit } from './idle-limit.ts';

/** Whoever waits for an answer. */
export interface Client {
  /** Aborts when nobody waits any more. */
  readonly signal: AbortSignal;
  readonly idleLimit: IdleLimit;
}

/** One generation request, read, checked and routed. */
export interface Call {
  /** What the client sees as `x-request-id`: its own where it sent one, so not unique; the ticket's id is. */
  readonly requestId: string;
  readonly route: PoolRoute;
  readonly ticket: Ticket;
  /** Its signal is the client's. */
  readonly outgoing: Outgoing;
  /** Whether it asks for a stream. */
  readonly streams: boolean;
  readonly idleLimit: IdleLimit;
  /** When the request's head was here. */
  readonly arrivedMs: number;
  /** When its body was here; what follows is this server's own time. */
  readonly readMs: number;
}
