import type { Call } from '../call.ts';
import { fingerprintOf } from '../fingerprint.ts';
import type { PoolRoute } from '../gateway.ts';
import { asBuffer } from '../body/as-buffer.ts';
import { replaceModel } from '../body/model-field.ts';
import { fillLength } from '../tenants/fill-length.ts';

/** The same request for another pool, which nothing of it has reached yet. It steps in for `call`'s own. */
export function callElsewhere(call: Call, route: PoolRoute, ticketId: string): Call {
  const { ticket, outgoing, toFill } = call;
  const { pool, maxModelLen, engineModel } = route;
  const { outputTokensMax } = ticket.size;
  const renamed = replaceModel(asBuffer(outgoing.body), engineModel);
  const filled = toFill === undefined ? { body: renamed, outputTokensMax } : fillLength(renamed, toFill, maxModelLen);
  const { body } = filled;
  return {
    ...call,
    route,
    fallback: undefined,
    steppedInFor: call.route.pool,
    ticket: {
      ...ticket,
      id: ticketId,
      pool,
      variant: undefined,
      size: { ...ticket.size, outputTokensMax: filled.outputTokensMax, contextTokens: maxModelLen },
      bodyBytes: body.length,
      maxWaitMs: Math.min(ticket.maxWaitMs, route.maxWaitMs),
      fingerprint: fingerprintOf(pool, outgoing.path, body),
    },
    outgoing: { ...outgoing, body },
  };
}
