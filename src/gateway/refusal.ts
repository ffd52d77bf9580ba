import type { Refusal } from '../queue/index.ts';
import { apiError, type ApiError } from './errors.ts';

/** A refusal whose client is still there. */
type ToldRefusal = Exclude<Refusal, { readonly reason: 'cancelled' }>;

/** Sweden writes dates as ISO 8601 does, with a space for the `T`. */
const UTC = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone: 'UTC' });

/** The error a client sees for a refusal of the queue. */
export function refusalError(refusal: ToldRefusal, pool: string): ApiError {
  if (refusal.reason === 'server_overloaded') return apiError('server_overloaded', { pool, depth: refusal.depth });
  if (refusal.reason === 'no_replica') return apiError('no_replica', { pool });
  if (refusal.reason === 'quarantined') {
    const until = `${UTC.format(refusal.untilUnixMs)} UTC`;
    return apiError('quarantined', { until, fingerprint: refusal.fingerprint });
  }
  if (refusal.reason !== 'queue_timeout') return apiError(refusal.reason, {});
  return apiError('queue_timeout', { pool, waitedMs: Math.round(refusal.waitedMs) });
}
