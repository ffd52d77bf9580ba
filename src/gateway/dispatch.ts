import { findEndpoint, type Endpoint } from './endpoints.ts';
import { errorResponse } from './error-response.ts';
import { apiError } from './errors.ts';
import type { Front } from './front.ts';
import type { IdleLimit } from './idle-limit.ts';
import type { Incoming } from './intake.ts';
import { requestId } from './request-id.ts';

/** Serves one HTTP request: finds its endpoint, checks the method, and answers whatever goes wrong in OpenAI's shape. */
export async function dispatch(request: Request, idleLimit: IdleLimit, front: Front): Promise<Response> {
  const { clock, newId, log } = front.rooms;
  const arrivedMs = clock.nowMs();
  const id = requestId(request.headers.get('x-request-id'), newId);
  const path = pathOf(request.url);
  if (path === undefined) return errorResponse(apiError('invalid_request_error', NO_URL), { 'x-request-id': id });
  const incoming: Incoming = { request, idleLimit, path, requestId: id, arrivedMs };
  try {
    const endpoint = findEndpoint(path);
    return endpoint === undefined ? unknown(incoming) : await serve(endpoint, incoming, front);
  } catch (cause) {
    log.error({ err: cause, request: id, path }, 'a request could not be served; this is a bug');
    return errorResponse(apiError('internal_error', { requestId: id }), { 'x-request-id': id });
  }
}

const NO_URL = { problem: 'The `host` header and the path make no URL. Send `host` as a name or address and a port.' };

/** HTTP/1.0 without a host gives Bun no absolute URL, and a `host` that is none (`[`) an absolute one that is invalid. */
function pathOf(url: string): string | undefined {
  return URL.parse(url, 'http://localhost')?.pathname;
}

/** Methods an endpoint answers, as `allow` lists them. */
const ALLOWED = { GET: 'GET, HEAD, OPTIONS', POST: 'POST, OPTIONS' } as const;

/** HEAD is GET whose body the server leaves out. */
function serve(endpoint: Endpoint, incoming: Incoming, front: Front): Response | Promise<Response> {
  const { method } = incoming.request;
  if (method === endpoint.method || (method === 'HEAD' && endpoint.method === 'GET'))
    return endpoint.serve(incoming, front);
  const allow = ALLOWED[endpoint.method];
  const headers = { allow, 'x-request-id': incoming.requestId };
  if (method === 'OPTIONS') return new Response(null, { status: 204, headers });
  return errorResponse(apiError('method_not_allowed', { path: incoming.path, method, allowed: allow }), headers);
}

function unknown({ request, path, requestId: id }: Incoming): Response {
  return errorResponse(apiError('unknown_url', { method: request.method, path }), { 'x-request-id': id });
}
