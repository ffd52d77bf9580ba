import type { Grant } from '../../queue/index.ts';
import type { Account, Seen } from './account.ts';
import type { Answer, OpenStream } from './answer.ts';
import { tellTier } from '../body/service-tier.ts';
import type { Call } from '../call.ts';
import { apiError, fromEngine, type ApiError } from '../errors/errors.ts';
import type { GatewayRooms } from '../gateway.ts';
import { refusalError, type ToldRefusal } from '../errors/refusal.ts';
import { rateHeaders } from '../tenants/rate-headers.ts';
import { findUsage } from '../tap/usage.ts';

/** What a client gets in the end, before it is put into a response or into a stream that is open already. */
export type Conclusion =
  | { readonly is: 'stream'; readonly grant: Grant; readonly contentType: string; readonly stream: OpenStream }
  | { readonly is: 'whole'; readonly grant: Grant; readonly contentType: string; readonly body: Buffer<ArrayBuffer> }
  | { readonly is: 'failed'; readonly grant: Grant; readonly error: ApiError }
  | { readonly is: 'refused'; readonly error: ApiError; readonly headers: Record<string, string> }
  | { readonly is: 'gone' }; // the client left: nobody reads it

interface Desk extends Pick<GatewayRooms, 'normaliseError'> {
  readonly account: Account;
}

/** Makes of a replica's answer what the client gets, and ends its account; a stream's ends with the stream. */
export function conclude(answer: Answer, grant: Grant, call: Call, { account, normaliseError }: Desk): Conclusion {
  const { signal } = call.outgoing;
  if (signal.aborted) return abandon(answer, account);
  if (answer.is === 'stream') {
    const { contentType, stream } = answer;
    account.answering();
    grant.received();
    // Bun asks for no byte of a response whose client left before it was returned.
    signal.addEventListener('abort', () => account.settle('client_gone', seenOf(stream)), { once: true });
    return { is: 'stream', grant, contentType, stream };
  }
  if (answer.is === 'whole') {
    const { contentType, body } = answer;
    const { serviceTier } = call.reading;
    account.answering();
    account.settle('completed', { events: 0, usage: findUsage(body) });
    const shown = serviceTier === undefined ? body : tellTier(body, serviceTier);
    return { is: 'whole', grant, contentType, body: shown };
  }
  account.settle(answer.is === 'failed' ? answer.failure : 'engine_declined');
  const said = answer.is === 'too_long' ? undefined : answer.said;
  const error = said === undefined ? brokenOff(grant) : fromEngine(normaliseError(said.status, said.text));
  return { is: 'failed', grant, error };
}

/** Why an answer ends that is not whole. */
export function brokenOff(grant: Grant): ApiError {
  return apiError(grant.isCancelled() ? 'cancelled_by_operator' : 'engine_failed', {});
}

/** What was seen of a stream so far. */
export function seenOf({ tap }: OpenStream): Seen {
  return { events: tap.events(), usage: tap.usage() };
}

function abandon(answer: Answer, account: Account): Conclusion {
  if (answer.is === 'stream') answer.stream.rest.leave();
  account.settle('client_gone');
  return { is: 'gone' };
}

/** Makes of a refusal of the queue what the client gets. */
export function concludeRefusal(refusal: ToldRefusal, { route, ticket }: Call): Conclusion {
  const rate = refusal.reason === 'rate_limit_exceeded' ? refusal.rate : undefined;
  const headers = { 'x-ssw-reject-reason': refusal.reason, ...rateHeaders(rate, ticket.limits) };
  return { is: 'refused', error: refusalError(refusal, route.pool), headers };
}
