import type { Priority, Ticket } from '../queue/index.ts';
import { affinityOf } from './affinity.ts';
import { engineRequest } from './body/engine-request.ts';
import { readFields } from './body/generation-fields.ts';
import { requestSize, type RequestShape } from './body/size.ts';
import type { Call, Client } from './call.ts';
import type { ApiError } from './errors/errors.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { GatewayRooms, PoolRoute } from './gateway.ts';
import type { Received } from './intake/intake.ts';
import { routeRequest } from './routing/route-request.ts';
import type { RouteTable } from './routing/route-table.ts';
import type { RoutingRules } from './routing/routing-rules.ts';
import { limitAnswer } from './tenants/answer-limit.ts';
import { fillLength } from './tenants/fill-length.ts';
import { withinLimits } from './tenants/preference-limits.ts';
import { upstreamHeaders } from './intake/upstream-headers.ts';

interface CallRooms extends Pick<GatewayRooms, 'newId'> {
  readonly table: RouteTable;
  readonly routing: RoutingRules;
}

type Made = { readonly ok: true; readonly call: Call } | { readonly ok: false; readonly error: ApiError };

/** Checks and routes a generation request. Its body is parsed once and goes on untouched. */
export function makeCall(received: Received, client: Client, rooms: CallRooms): Made {
  const { incoming, body, readMs } = received;
  const { api } = incoming;
  const read = readFields(body, api);
  if (!read.ok) return read;
  const { streams } = read.fields;
  const shape = { ...read.fields, bodyBytes: body.length };
  const desk = { table: rooms.table, rules: rooms.routing, tenant: incoming.asker.rules.routing };
  const routing = routeRequest({ headers: incoming.request.headers, ...shape }, desk);
  if (!routing.ok) return routing;
  const { routed, model } = routing;
  const { route } = routed;

  const { path, requestId, arrivedMs } = incoming;
  const { signal, idleLimit } = client;
  const limited = limitAnswer({ ...read.fields, api }, incoming.asker.rules.answerTokensMax);
  if (!limited.ok) return limited;
  const { toFill } = limited;
  const filled = toFill === undefined ? { ...shape, body } : fillLength(body, toFill, route.maxModelLen);
  const priority = priorityFor(received, read.fields.tierPriority);
  const { body: engineBody, reading } = engineRequest(filled.body, { ...read.fields, api, route, priority });
  const sized = { route, model, shape: { ...shape, outputTokensMax: filled.outputTokensMax }, priority };
  const ticket = makeTicket({ ...received, body: engineBody }, sized, rooms);
  const outgoing = { path, body: engineBody, headers: upstreamHeaders(incoming), signal };
  const times = { arrivedMs, readMs };
  return { ok: true, call: { requestId, ...routed, ticket, outgoing, toFill, reading, streams, idleLimit, ...times } };
}

/** Where it goes, how large it is, and how urgent. */
interface Routed {
  readonly route: PoolRoute;
  readonly model: string | undefined;
  readonly shape: RequestShape;
  readonly priority: Priority;
}

function makeTicket(
  { incoming, tenant, preferences, body }: Received,
  { route, model, shape, priority }: Routed,
  { newId }: CallRooms,
): Ticket {
  const { path, request, api } = incoming;
  const { maxWaitMs } = preferences;
  const { pool, maxModelLen } = route;
  const session = request.headers.get('x-ssw-session');
  return {
    id: newId(),
    pool,
    tenant,
    priority,
    size: requestSize(shape, api.work, maxModelLen),
    limits: incoming.asker.rules.limits,
    affinity: affinityOf({ tenant, session, promptMember: api.promptMember, body }),
    variant: model,
    bodyBytes: body.length,
    maxWaitMs: Math.min(route.maxWaitMs, maxWaitMs ?? route.maxWaitMs),
    fingerprint: fingerprintOf(pool, path, body),
  };
}

/** The header's word goes before the body's; both within what the tenant may have. */
function priorityFor({ incoming, preferences }: Received, asked: Priority | undefined): Priority {
  if (asked === undefined || incoming.request.headers.has('x-ssw-priority')) return preferences.priority;
  return withinLimits({ ...preferences, priority: asked }, incoming.asker.rules.preferences).priority;
}
