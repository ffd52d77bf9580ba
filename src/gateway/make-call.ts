import type { Ticket } from '../queue/index.ts';
import { affinityOf } from './affinity.ts';
import type { Call, Client } from './call.ts';
import type { ApiError } from './errors.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { GatewayRooms, PoolRoute } from './gateway.ts';
import { readFields } from './generation-fields.ts';
import type { Incoming, Received } from './intake.ts';
import { replaceModel } from './model-field.ts';
import type { RouteTable } from './route-table.ts';
import { chooseRoute } from './route.ts';
import { requestSize, type RequestShape } from './size.ts';
import type { TenantTable } from './tenants/tenant-table.ts';

interface CallRooms extends Pick<GatewayRooms, 'newId'> {
  readonly table: RouteTable;
  readonly tenants: TenantTable;
}

type Made = { readonly ok: true; readonly call: Call } | { readonly ok: false; readonly error: ApiError };

/** Checks and routes a generation request. Its body is parsed once and goes on untouched. */
export function makeCall(received: Received, client: Client, rooms: CallRooms): Made {
  const { incoming, body, readMs } = received;
  const read = readFields(body);
  if (!read.ok) return read;
  const { model, streams } = read.fields;
  const shape = { ...read.fields, bodyBytes: body.length };
  const poolHeader = incoming.request.headers.get('x-ssw-pool');
  const routing = chooseRoute({ poolHeader, model }, shape, rooms.table);
  if (!routing.ok) return routing;
  const { route } = routing;

  const { path, requestId, arrivedMs } = incoming;
  const { signal, idleLimit } = client;
  const engineBody = bodyFor(route, model, body);
  const ticket = makeTicket({ ...received, body: engineBody }, route, shape, rooms);
  const outgoing = { path, body: engineBody, headers: upstreamHeaders(incoming), signal };
  return { ok: true, call: { requestId, route, ticket, outgoing, streams, idleLimit, arrivedMs, readMs } };
}

function makeTicket(
  { incoming, tenant, preferences, body }: Received,
  route: PoolRoute,
  shape: RequestShape,
  { newId, tenants }: CallRooms,
): Ticket {
  const { path, request } = incoming;
  const { priority, maxWaitMs } = preferences;
  const { pool, maxModelLen } = route;
  const session = request.headers.get('x-ssw-session');
  return {
    id: newId(),
    pool,
    tenant,
    priority,
    size: requestSize(shape, maxModelLen),
    limits: tenants.limitsOf(tenant),
    affinity: affinityOf({ tenant, session, path, body }),
    bodyBytes: body.length,
    maxWaitMs: Math.min(route.maxWaitMs, maxWaitMs ?? route.maxWaitMs),
    fingerprint: fingerprintOf(pool, path, body),
  };
}

/**
 * The engine must know the model by the name it reads. A body that names it so goes on byte for byte. vLLM replies with
 * its real name, however it is asked.
 */
function bodyFor({ engineModel }: PoolRoute, model: string | undefined, body: Buffer): Buffer {
  return model === undefined || model === engineModel ? body : replaceModel(body, engineModel);
}

/** What an engine is told of the request besides its body. Keys and cookies stay here. */
function upstreamHeaders({ request, requestId }: Incoming): Record<string, string> {
  const accept = request.headers.get('accept') ?? '*/*';
  return { 'content-type': 'application/json', accept, 'x-request-id': requestId };
}
