import { openAccount, type Account } from './answer/account.ts';
import type { Client } from './call.ts';
import { errorResponse } from './errors/error-response.ts';
import { apiError, type ApiError } from './errors/errors.ts';
import type { Front } from './front.ts';
import { serveInference } from './inference.ts';
import { takeIn, type Incoming, type Received } from './intake/intake.ts';
import { serveKeyed } from './keyed/serve-keyed.ts';
import { makeCall } from './make-call.ts';
import { leaveUnanswered } from './answer/respond.ts';

/** Serves a generation request. It is counted once by its end, whatever that is, and holds no replica's room after it. */
export async function serveGeneration(incoming: Incoming, front: Front): Promise<Response> {
  const { tenant, keyId, rules } = incoming.asker;
  const ended = front.seats.take(tenant, rules.inFlightMax);
  const account = openAccount(incoming, { ...front.rooms, tenantLabel: front.tenantLabel, keyId, ended });
  try {
    return ended === undefined ? refuseSeat(incoming, account) : await serve(incoming, account, front);
  } catch (cause) {
    account.broke();
    throw cause;
  }
}

async function serve(incoming: Incoming, account: Account, front: Front): Promise<Response> {
  if (front.draining) return turnAway('draining', incoming, account);
  if (!front.settings.takesRequests) return turnAway('not_a_gateway', incoming, account);
  const intake = await takeIn(incoming, { clock: front.rooms.clock, receiving: front.receiving, ...front.settings });
  if (intake.ok) return serveReceived(intake.received, account, front);
  if (intake.error !== undefined) return refuse(intake.error, incoming, account, intake.reason);
  return leaveUnanswered(account);
}

async function serveReceived(received: Received, account: Account, front: Front): Promise<Response> {
  const { request, idleLimit } = received.incoming;
  idleLimit.lift();
  const key = request.headers.get('idempotency-key');
  if (key === null) return run(received, { signal: request.signal, idleLimit }, account, front);
  const { rooms, settings } = front;
  const asking = { key, received, account, rooms, slowClientTimeoutMs: settings.slowClientTimeoutMs };
  return serveKeyed(asking, (client, watched) => run(received, client, watched, front));
}

async function run(received: Received, client: Client, account: Account, front: Front): Promise<Response> {
  const { rooms, settings, table } = front;
  const made = makeCall(received, client, { newId: rooms.newId, table, routing: settings.routing });
  if (!made.ok) return refuse(made.error, received.incoming, account);
  account.routed(made.call);
  const admitted = front.guardrails === undefined ? made : await front.guardrails.admit(made.call);
  if (!admitted.ok)
    return client.signal.aborted ? leaveUnanswered(account) : refuse(admitted.error, received.incoming, account);
  const { slowClientTimeoutMs, flushAfterMs } = settings;
  return serveInference(admitted.call, account, { ...rooms, slowClientTimeoutMs, flushAfterMs });
}

function turnAway(reason: 'draining' | 'not_a_gateway', { requestId, api }: Incoming, account: Account): Response {
  account.closed(reason);
  const headers = { 'x-request-id': requestId, 'x-ssw-reject-reason': reason };
  return errorResponse(apiError(reason, {}), headers, api.dialect);
}

function refuseSeat(incoming: Incoming, account: Account): Response {
  const limit = incoming.asker.rules.inFlightMax ?? 0;
  return refuse(apiError('in_flight_full', { limit }), incoming, account, 'in_flight_full');
}

function refuse(
  error: ApiError,
  { requestId, api }: Incoming,
  account: Account,
  reason?: 'bodies_full' | 'chunks_too_small' | 'in_flight_full',
): Response {
  account.closed(reason ?? error.error.code);
  // The rest of a body that is not taken is not worth reading to keep the connection.
  const connection: Record<string, string> =
    error.status === 413 || reason !== undefined ? { connection: 'close' } : {};
  const why: Record<string, string> = reason === undefined ? {} : { 'x-ssw-reject-reason': reason };
  return errorResponse(error, { 'x-request-id': requestId, ...connection, ...why }, api.dialect);
}
