import type { Grant, Outcome, Refusal } from '../queue/index.ts';
import type { Call } from './call.ts';
import type { GatewayRooms } from './gateway.ts';
import type { Usage } from './usage.ts';

/** What was seen of an answer. */
export interface Seen {
  /** Events of a stream; 0 for a reply in one piece. */
  readonly events: number;
  readonly usage: Usage | undefined;
}

/** Keeps the books of one request. Whatever happens, it ends once; the first end counts. */
export interface Account {
  /** A replica is about to be asked. */
  asking(grant: Grant): void;
  /** The first byte of an answer is on its way to the client. */
  answering(): void;
  /** The last byte is out, or there will be none: frees the replica's room and counts. */
  settle(grant: Grant, outcome: Outcome, seen?: Seen): void;
  /** It never got a grant. */
  refused(reason: Refusal['reason']): void;
}

const SEEN_NOTHING: Seen = { events: 0, usage: undefined };

/** Opens the account of a call that is about to be admitted. */
export function openAccount(
  call: Call,
  { clock, metrics, log }: Pick<GatewayRooms, 'clock' | 'metrics' | 'log'>,
): Account {
  const pool = { pool: call.route.pool };
  let answeringMs: number | undefined;
  let ended = false;

  const end = (outcome: string, endMs: number, replica?: string) => {
    ended = true;
    metrics.requests.inc({ ...pool, outcome });
    metrics.requestDurationSeconds.observe(pool, (endMs - call.arrivedMs) / 1000);
    log.debug({ request: call.requestId, ticket: call.ticket.id, ...pool, replica, outcome }, 'request ended');
  };

  const count = ({ events, usage }: Seen, endMs: number) => {
    if (answeringMs !== undefined && events > 1) {
      metrics.interTokenLatencySeconds.observe(pool, (endMs - answeringMs) / (events - 1) / 1000);
    }
    if (usage === undefined) return;
    const { tenant } = call.ticket;
    metrics.tokens.inc({ ...pool, tenant, kind: 'prompt' }, usage.prompt);
    metrics.tokens.inc({ ...pool, tenant, kind: 'completion' }, usage.completion);
    metrics.tokens.inc({ ...pool, tenant, kind: 'cached' }, usage.cached);
  };

  return {
    asking(grant) {
      if (grant.attempt > 1) return;
      const ownMs = clock.nowMs() - call.readMs - grant.waitedMs;
      metrics.gatewayOverheadSeconds.observe(pool, Math.max(ownMs, 0) / 1000);
    },
    answering() {
      answeringMs = clock.nowMs();
      metrics.timeToFirstTokenSeconds.observe(pool, (answeringMs - call.arrivedMs) / 1000);
    },
    settle(grant, outcome, seen = SEEN_NOTHING) {
      if (ended) return;
      const endMs = clock.nowMs();
      grant.finish(outcome);
      end(outcome, endMs, grant.replica);
      count(seen, endMs);
    },
    refused(reason) {
      end(reason === 'cancelled' ? 'client_gone' : reason, clock.nowMs());
    },
  };
}
