import type { Ticket } from '../queue/index.ts';
import type { Call } from './call.ts';
import { costTokens } from './cost.ts';
import { apiError, type ApiError } from './errors.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { GatewayRooms, PoolRoute } from './gateway.ts';
import { readFields } from './generation-fields.ts';
import type { IdleLimit } from './idle-limit.ts';
import { checkMediaType } from './media-type.ts';
import { replaceModel } from './model-field.ts';
import { readPreferences } from './preferences.ts';
import { readBody } from './request-body.ts';
import type { RouteTable } from './route-table.ts';
import { chooseRoute } from './route.ts';

/** Whom a request is counted on while there are no keys. */
const TENANT = 'anonymous';

/** One HTTP request as its handler gets it. */
export interface Incoming {
  readonly request: Request;
  readonly idleLimit: IdleLimit;
  /** Without the query. */
  readonly path: string;
  readonly requestId: string;
  readonly arrivedMs: number;
}

interface IntakeRooms extends Pick<GatewayRooms, 'clock' | 'newId'> {
  readonly table: RouteTable;
  readonly maxBodyBytes: number;
}

type Intake =
  | { readonly ok: true; readonly call: Call }
  | { readonly ok: false; readonly error: ApiError }
  | { readonly ok: false; readonly error: undefined }; // the client left while it sent

/** Reads, checks and routes a generation request. Its body is parsed once and goes on untouched. */
export async function takeIn(incoming: Incoming, rooms: IntakeRooms): Promise<Intake> {
  const { request } = incoming;
  const mediaError = checkMediaType(request.headers);
  if (mediaError !== undefined) return { ok: false, error: mediaError };
  const preferred = readPreferences(request.headers);
  if (!preferred.ok) return preferred;

  const body = await readBody(request, rooms.maxBodyBytes);
  if (!body.ok) return { ok: false, error: body.why === 'gone' ? undefined : tooLarge(rooms.maxBodyBytes) };
  const readMs = rooms.clock.nowMs();
  const read = readFields(body.bytes);
  if (!read.ok) return read;

  const { model } = read.fields;
  const shape = { ...read.fields, bodyBytes: body.bytes.length };
  const routing = chooseRoute({ poolHeader: request.headers.get('x-ssw-pool'), model }, shape, rooms.table);
  if (!routing.ok) return routing;
  const { route } = routing;

  const { priority, maxWaitMs } = preferred.preferences;
  const { path } = incoming;
  const engineBody = bodyFor(route, model, body.bytes);
  const ticket: Ticket = {
    id: rooms.newId(),
    pool: route.pool,
    tenant: TENANT,
    priority,
    costTokens: costTokens(shape, route.maxModelLen),
    maxWaitMs: Math.min(route.maxWaitMs, maxWaitMs ?? route.maxWaitMs),
    fingerprint: fingerprintOf(route.pool, path, engineBody),
  };
  const outgoing = { path, body: engineBody, ...upstream(incoming) };
  const { requestId, idleLimit, arrivedMs } = incoming;
  return { ok: true, call: { requestId, route, ticket, outgoing, idleLimit, arrivedMs, readMs } };
}

/**
 * The engine must know the model by the name it reads. A body that names it so goes on byte for byte. vLLM replies with
 * its real name, however it is asked.
 */
function bodyFor({ engineModel }: PoolRoute, model: string | undefined, body: Buffer): Buffer {
  return model === undefined || model === engineModel ? body : replaceModel(body, engineModel);
}

/** What an engine is told of the request besides its body. Keys and cookies stay here. */
function upstream({ request, requestId }: Incoming) {
  const accept = request.headers.get('accept') ?? '*/*';
  const headers = { 'content-type': 'application/json', accept, 'x-request-id': requestId };
  return { headers, signal: request.signal };
}

function tooLarge(limitBytes: number): ApiError {
  return apiError('request_too_large', { limitBytes });
}
