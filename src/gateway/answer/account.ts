import type { Grant, Outcome, Usage } from '../../queue/index.ts';
import type { Call } from '../call.ts';
import type { GatewayRooms } from '../gateway.ts';
import type { Incoming } from '../intake/intake.ts';
import type { TenantLabel } from '../tenants/tenant-labels.ts';

/** What was seen of an answer. */
export interface Seen {
  /** Events of a stream; 0 for a reply in one piece. */
  readonly events: number;
  readonly usage: Usage | undefined;
}

/** Keeps the books of one generation request. Whatever happens, it ends once; the first end counts. */
export interface Account {
  /** Its pool is known; what ends before that is counted without one. */
  routed(call: Call): void;
  /** A replica is about to be asked. */
  asking(grant: Grant): void;
  /** The first byte of an answer is on its way to the client. */
  answering(): void;
  /** The last byte is out, or there will be none: frees the replica's room and counts. */
  settle(outcome: Outcome, seen?: Seen): void;
  /** It ends without a grant: by an error of this code, because its client left, or answered from what was kept. */
  closed(outcome: string): void;
  /** A fault of our own ended it, wherever it was: frees what it holds. */
  broke(): void;
}

/** An outcome as it is counted: whether the engine answered with an error, or failed. */
const COUNTED: Readonly<Record<Outcome, string>> = {
  completed: 'completed',
  client_gone: 'client_gone',
  engine_declined: 'engine_error',
  engine_error: 'engine_error',
  engine_unreached: 'engine_failed',
  engine_died: 'engine_failed',
  connection_broke: 'engine_failed',
  engine_aborted: 'engine_failed',
};

const SEEN_NOTHING: Seen = { events: 0, usage: undefined };

interface AccountRooms extends Pick<GatewayRooms, 'clock' | 'metrics' | 'log'> {
  readonly tenantLabel: TenantLabel;
  /** Of the API key that let it in. */
  readonly keyId?: string | undefined;
  /** Called at its end, once. */
  readonly ended?: (() => void) | undefined;
}

/** Opens the account of a request that has arrived. */
export function openAccount(
  { requestId, arrivedMs }: Pick<Incoming, 'requestId' | 'arrivedMs'>,
  { clock, metrics, log, tenantLabel, keyId, ended: onEnd }: AccountRooms,
): Account {
  let call: Call | undefined;
  let pool: { readonly pool?: string } = {};
  let held: Grant | undefined;
  let answeringMs: number | undefined;
  let ended = false;

  /** Ends the grant too where it is told how; says whether this was the end. */
  const end = (outcome: string, endMs: number, grantEnds?: Outcome, seen = SEEN_NOTHING): boolean => {
    if (ended) return false;
    ended = true;
    onEnd?.();
    const counted = held?.isCancelled() === true && outcome !== 'completed' ? 'cancelled_by_operator' : outcome;
    if (held !== undefined && grantEnds !== undefined) finish(held, grantEnds, seen);
    metrics.requests.inc({ ...pool, outcome: counted });
    metrics.requestDurationSeconds.observe(pool, (endMs - arrivedMs) / 1000);
    const { ticket } = call ?? {};
    log.debug(
      {
        request: requestId,
        key: keyId,
        tenant: ticket?.tenant,
        ticket: ticket?.id,
        ...pool,
        replica: held?.replica,
        outcome: counted,
      },
      'request ended',
    );
    return true;
  };

  const count = ({ events, usage }: Seen, endMs: number) => {
    if (answeringMs !== undefined && events > 1) {
      metrics.interTokenLatencySeconds.observe(pool, (endMs - answeringMs) / (events - 1) / 1000);
    }
    if (call === undefined) return;
    const tenant = tenantLabel(call.ticket.tenant);
    if (usage === undefined) {
      if (events > 0) metrics.tokens.inc({ ...pool, tenant, kind: 'completion' }, events);
      return;
    }
    metrics.tokens.inc({ ...pool, tenant, kind: 'prompt' }, usage.prompt);
    metrics.tokens.inc({ ...pool, tenant, kind: 'completion' }, usage.completion);
    metrics.tokens.inc({ ...pool, tenant, kind: 'cached' }, usage.cached);
  };

  return {
    routed(it) {
      call = it;
      pool = { pool: it.route.pool };
      if (it.steppedInFor !== undefined) metrics.fallbacks.inc({ pool: it.steppedInFor, to: it.route.pool });
    },
    asking(grant) {
      held = grant;
      if (grant.attempt > 1 || call === undefined) return;
      const ownMs = clock.nowMs() - call.readMs - grant.waitedMs;
      metrics.gatewayOverheadSeconds.observe(pool, Math.max(ownMs, 0) / 1000);
    },
    answering() {
      answeringMs = clock.nowMs();
      metrics.timeToFirstTokenSeconds.observe(pool, (answeringMs - arrivedMs) / 1000);
    },
    settle(outcome, seen = SEEN_NOTHING) {
      const endMs = clock.nowMs();
      if (end(COUNTED[outcome], endMs, outcome, seen)) count(seen, endMs);
    },
    closed(outcome) {
      end(outcome, clock.nowMs());
    },
    broke() {
      end('internal_error', clock.nowMs(), 'client_gone');
    },
  };
}

/** A stream that did not say its usage has at least its length. */
function finish(grant: Grant, outcome: Outcome, { events, usage }: Seen): void {
  if (usage === undefined && events > 0) grant.used({ prompt: 0, completion: events, cached: 0 });
  grant.finish(outcome, usage);
}
