import { openAccount, type Account } from './account.ts';
import { errorResponse } from './error-response.ts';
import { apiError, type ApiError } from './errors.ts';
import type { Front } from './front.ts';
import { clientGone, serveInference } from './inference.ts';
import { takeIn, type Incoming } from './intake.ts';

/** Serves a generation request. It is counted once by its end, whatever that is, and holds no replica's room after it. */
export async function serveGeneration(incoming: Incoming, front: Front): Promise<Response> {
  const account = openAccount(incoming, front.rooms);
  try {
    return await serve(incoming, account, front);
  } catch (cause) {
    account.broke();
    throw cause;
  }
}

async function serve(incoming: Incoming, account: Account, front: Front): Promise<Response> {
  if (front.draining) return refuse(apiError('draining', {}), { 'x-ssw-reject-reason': 'draining' }, incoming, account);
  const { rooms, slowClientTimeoutMs, table, maxBodyBytes } = front;
  const intake = await takeIn(incoming, { clock: rooms.clock, newId: rooms.newId, table, maxBodyBytes });
  if (intake.ok) {
    incoming.idleLimit.lift();
    account.routed(intake.call);
    return serveInference(intake.call, account, { ...rooms, slowClientTimeoutMs });
  }
  if (intake.error === undefined) {
    account.refused('client_gone');
    return clientGone();
  }
  // The rest of a body that is too large is not worth reading to keep the connection.
  const connection: Record<string, string> = intake.error.status === 413 ? { connection: 'close' } : {};
  return refuse(intake.error, connection, incoming, account);
}

function refuse(error: ApiError, headers: Record<string, string>, { requestId }: Incoming, account: Account): Response {
  account.refused(error.error.code);
  return errorResponse(error, { 'x-request-id': requestId, ...headers });
}
