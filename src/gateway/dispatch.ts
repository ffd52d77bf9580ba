import { apiOf } from './api.ts';
import { corsHeaders } from './cors.ts';
import { MESSAGES } from './dialects/messages.ts';
import { findEndpoint, type Endpoint } from './endpoints.ts';
import { errorResponse } from './errors/error-response.ts';
import { apiError, type ApiError } from './errors/errors.ts';
import type { Front } from './front.ts';
import type { IdleLimit } from './idle-limit.ts';
import type { Incoming } from './intake/intake.ts';
import { hasSmallBody } from './intake/request-body.ts';
import { requestId } from './intake/request-id.ts';

/**
 * Serves one HTTP request: finds its endpoint, checks method and key before anything of a body is read, and answers
 * whatever goes wrong in OpenAI's shape. `remote` tells the address of the other end.
 */
export async function dispatch(
  request: Request,
  idleLimit: IdleLimit,
  front: Front,
  remote: () => string,
): Promise<Response> {
  const { clock, newId, log } = front.rooms;
  const arrivedMs = clock.nowMs();
  const id = requestId(request.headers.get('x-request-id'), newId);
  const path = pathOf(request.url);
  if (path === undefined) return errorResponse(apiError('invalid_request_error', NO_URL), { 'x-request-id': id });
  const api = apiOf(path);
  const incoming: Incoming = { request, idleLimit, path, api, requestId: id, arrivedMs, asker: front.door.anybody };
  try {
    const endpoint = findEndpoint(path);
    return complete(endpoint === undefined ? unknown(incoming) : await serve(endpoint, incoming, front, remote));
  } catch (cause) {
    log.error({ err: cause, request: id, path }, 'a request could not be served; this is a bug');
    return complete(refuse(apiError('internal_error', { requestId: id }), incoming));
  }

  function complete(response: Response): Response {
    if (api.dialect === MESSAGES) response.headers.set('request-id', id); // as Anthropic's SDKs read it
    const { cors } = front.settings;
    if (cors === undefined) return response;
    for (const [name, value] of Object.entries(corsHeaders(request, cors))) response.headers.set(name, value);
    return response;
  }
}

function refuse(error: ApiError, { requestId: id, api }: Incoming, headers: Record<string, string> = {}): Response {
  return errorResponse(error, { 'x-request-id': id, ...headers }, api.dialect);
}

const NO_URL = { problem: 'The `host` header and the path make no URL. Send `host` as a name or address and a port.' };

/** HTTP/1.0 without a host gives Bun no absolute URL, and a `host` that is none (`[`) an absolute one that is invalid. */
function pathOf(url: string): string | undefined {
  return URL.parse(url, 'http://localhost')?.pathname;
}

/** Methods an endpoint answers, as `allow` lists them. */
const ALLOWED = { GET: 'GET, HEAD, OPTIONS', POST: 'POST, OPTIONS' } as const;

/** HEAD is GET whose body the server leaves out. */
function serve(
  endpoint: Endpoint,
  incoming: Incoming,
  front: Front,
  remote: () => string,
): Response | Promise<Response> {
  const { method } = incoming.request;
  if (method === endpoint.method || (method === 'HEAD' && endpoint.method === 'GET'))
    return endpoint.isOpen === true ? endpoint.serve(incoming, front) : admit(endpoint, incoming, front, remote);
  const allow = ALLOWED[endpoint.method];
  const { path, requestId: id } = incoming;
  if (method === 'OPTIONS') return new Response(null, { status: 204, headers: { allow, 'x-request-id': id } });
  return refuse(apiError('method_not_allowed', { path, method, allowed: allow }), incoming, { allow });
}

function admit(
  endpoint: Endpoint,
  incoming: Incoming,
  front: Front,
  remote: () => string,
): Response | Promise<Response> {
  const { request } = incoming;
  if (front.connections.isExceeded()) return sendAway(incoming, front);
  const admitted = front.door.admit(request.headers, remote);
  if (admitted.ok) return endpoint.serve({ ...incoming, asker: admitted.asker }, front);
  // A body that is not taken is not worth reading to keep the connection, unless it is small and here anyway.
  const connection: Record<string, string> = hasSmallBody(request) ? {} : { connection: 'close' };
  return refuse(admitted.error, incoming, { ...admitted.headers, ...connection });
}

function sendAway(incoming: Incoming, { connections, rooms }: Front): Response {
  rooms.metrics.requests.inc({ outcome: 'connections_full' });
  const headers = { connection: 'close', 'x-ssw-reject-reason': 'connections_full' };
  return refuse(apiError('connections_full', { max: connections.max }), incoming, headers);
}

function unknown(incoming: Incoming): Response {
  const { request, path } = incoming;
  return refuse(apiError('unknown_url', { method: request.method, path }), incoming);
}
