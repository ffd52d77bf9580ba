import type { Outgoing, Ticket } from '../queue/index.ts';
import type { PoolRoute } from './gateway.ts';
import type { AnswerGuard } from './guardrails/guardrails.ts';
import type { IdleLimit } from './idle-limit.ts';
import type { Reading } from './tap/tap.ts';
import type { LengthToFill } from './tenants/answer-limit.ts';

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
  /** Why this pool; absent where the client chose. */
  readonly routeReason?: string | undefined;
  /** The pool that may step in where this one cannot serve; absent where none may. */
  readonly fallback?: PoolRoute | undefined;
  /** The pool that could not and that this one steps in for; absent where there is none. */
  readonly steppedInFor?: string | undefined;
  readonly ticket: Ticket;
  /** Its signal is the client's. */
  readonly outgoing: Outgoing;
  /** The length that its tenant gives it, for it names none; absent where there is none to give. */
  readonly toFill?: LengthToFill | undefined;
  /** How its answer is read, and what its client is not shown of it. */
  readonly reading: Reading;
  /** What guardrails do to its answer; absent where none hold. */
  readonly guard?: AnswerGuard | undefined;
  /** Whether it asks for a stream. */
  readonly streams: boolean;
  readonly idleLimit: IdleLimit;
  /** When the request's head was here. */
  readonly arrivedMs: number;
  /** When its body was here; what follows is this server's own time. */
  readonly readMs: number;
}
