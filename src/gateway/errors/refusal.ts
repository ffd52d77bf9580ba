import type { Refusal } from '../../queue/index.ts';
import { apiError, type ApiError } from './errors.ts';

/** A refusal whose client is still there. */
export type ToldRefusal = Exclude<Refusal, { readonly reason: 'cancelled' }>;

/** Sweden writes dates as ISO 8601 does, with a space for the `T`. */
const UTC = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone: 'UTC' });

/** The error a client sees for a refusal of the queue; what the queue knows of when to try again goes before the table. */
export function refusalError(refusal: ToldRefusal, pool: string): ApiError {
  const error = errorOf(refusal, pool);
  return 'retryAfterMs' in refusal ? { ...error, retryAfterMs: refusal.retryAfterMs } : error;
}

function errorOf(refusal: ToldRefusal, pool: string): ApiError {
  switch (refusal.reason) {
    case 'server_overloaded':
    case 'tenant_queue_full':
      return apiError(refusal.reason, { pool, depth: refusal.depth });
    case 'bodies_full':
      return apiError('bodies_full', { heldBytes: refusal.heldBytes });
    case 'rate_limit_exceeded':
      return apiError('rate_limit_exceeded', { pool, by: refusal.by });
    case 'queue_timeout':
      return apiError('queue_timeout', { pool, waitedMs: Math.round(refusal.waitedMs) });
    case 'wait_too_long':
      return apiError('wait_too_long', { pool, predictedMs: Math.round(refusal.predictedMs) });
    case 'no_replica':
      return apiError('no_replica', { pool });
    case 'quarantined': {
      const until = `${UTC.format(refusal.untilUnixMs)} UTC`;
      return apiError('quarantined', { until, fingerprint: refusal.fingerprint });
    }
    case 'queue_unavailable':
    case 'draining':
    case 'engine_failed':
    case 'cancelled_by_operator':
      return apiError(refusal.reason, {});
  }
}
