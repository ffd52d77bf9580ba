import type { Grant } from '../../queue/index.ts';
import type { Call } from '../call.ts';
import { FALLBACK_HEADER } from '../routing/fallback.ts';
import { rateHeaders } from '../tenants/rate-headers.ts';

/** Headers of every response to a routed request. */
export function callHeaders(
  { requestId, route, routeReason, steppedInFor, arrivedMs }: Call,
  nowMs: number,
): Record<string, string> {
  return {
    'x-request-id': requestId,
    'x-ssw-pool': route.pool,
    'x-ssw-model': modelHeader(route.model),
    'openai-processing-ms': String(Math.round(nowMs - arrivedMs)),
    ...(routeReason === undefined ? {} : { 'x-ssw-route-reason': routeReason }),
    ...(steppedInFor === undefined ? {} : { [FALLBACK_HEADER]: steppedInFor }),
  };
}

/** The same once a replica has been asked. */
export function grantHeaders(call: Call, grant: Grant, nowMs: number): Record<string, string> {
  return {
    ...callHeaders(call, nowMs),
    ...(grant.model === undefined ? {} : { 'x-ssw-model': modelHeader(grant.model) }),
    'x-ssw-replica': grant.replica,
    'x-ssw-queue-ms': String(Math.round(grant.waitedMs)),
    ...(grant.degraded ? { 'x-ssw-queue': 'degraded' } : {}),
    ...rateHeaders(grant.rate, call.ticket.limits),
  };
}

/** A name may hold what a header may not. */
export function modelHeader(model: string): string {
  return encodeURI(model);
}

/** What a stream adds: nothing on the way may keep or collect it (nginx obeys `x-accel-buffering`). */
export const STREAM_HEADERS = { 'cache-control': 'no-cache', 'x-accel-buffering': 'no' } as const;

/** Whether an answer comes event by event. */
export function isStream({ headers }: Pick<Response, 'headers'>): boolean {
  return headers.get('content-type')?.startsWith('text/event-stream') === true;
}
