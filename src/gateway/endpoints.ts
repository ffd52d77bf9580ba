import type { Queue } from '../queue/index.ts';
import { APIS } from './api.ts';
import { errorResponse } from './errors/error-response.ts';
import { apiError } from './errors/errors.ts';
import type { Front } from './front.ts';
import { serveGeneration } from './generation.ts';
import type { Incoming } from './intake/intake.ts';
import { isModelPath, listModels, showModel } from './models.ts';
import { openApiText } from './openapi/document.ts';
import { judgeReadiness } from './readiness.ts';
import { openTo } from './tenants/open-pools.ts';

export interface Endpoint {
  readonly method: 'GET' | 'POST';
  /**
   * It needs no API key: it is there for machines that watch. It tells nothing of a request; `/metrics` tells how much each
   * tenant used, by name, so its path is for a proxy to close where strangers come in (docs/limits.md). All others need one.
   */
  readonly isOpen?: true;
  serve(incoming: Incoming, front: Front): Response | Promise<Response>;
}

const GENERATION: Endpoint = { method: 'POST', serve: serveGeneration };
const MODEL: Endpoint = {
  method: 'GET',
  serve: ({ path, requestId, asker }, { table }) =>
    showModel(
      path,
      { table: openTo(asker.rules, table), auto: asker.rules.routing.auto },
      { 'x-request-id': requestId },
    ),
};

const ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map<string, Endpoint>([
  ...[...APIS.keys()].map((path): [string, Endpoint] => [path, GENERATION]),
  [
    '/v1/models',
    {
      method: 'GET',
      serve: ({ requestId, asker }, { table }) => listModels(openTo(asker.rules, table), { 'x-request-id': requestId }),
    },
  ],
  ['/health', { method: 'GET', isOpen: true, serve: ({ requestId }) => status(requestId) }],
  ['/ready', { method: 'GET', isOpen: true, serve: serveReadiness }],
  ['/openapi.json', { method: 'GET', isOpen: true, serve: ({ requestId }) => describeApi(requestId) }],
  ['/metrics', { method: 'GET', isOpen: true, serve: serveMetrics }],
]);

/** The endpoint of a path, whatever the method. */
export function findEndpoint(path: string): Endpoint | undefined {
  return ENDPOINTS.get(path) ?? (isModelPath(path) ? MODEL : undefined);
}

function describeApi(requestId: string): Response {
  const headers = { 'content-type': 'application/json', 'x-request-id': requestId };
  return new Response(openApiText(), { headers });
}

function status(requestId: string): Response {
  return Response.json({ status: 'ok' }, { headers: { 'x-request-id': requestId } });
}

async function serveReadiness({ requestId }: Incoming, { draining, table, rooms, settings }: Front): Promise<Response> {
  const headers = { 'x-request-id': requestId };
  if (draining) return errorResponse(apiError('draining', {}), headers);
  const isConnected = rooms.queue.isConnected();
  if (!isConnected && settings.onRedisDown === 'refuse')
    return errorResponse(apiError('queue_unavailable', {}), headers);
  const elsewhere = isConnected ? await servedElsewhere(rooms.queue) : new Set<string>();
  const pools = table.routes.map((route) => route.pool);
  const readiness = judgeReadiness(pools, rooms.fleet.replicas(), elsewhere);
  return readiness.ready
    ? status(requestId)
    : errorResponse(apiError('not_ready', { problem: readiness.problem }), headers);
}

async function servedElsewhere(queue: Queue): Promise<ReadonlySet<string>> {
  const depths = await queue.depths();
  return new Set(depths.filter((it) => it.remoteReplicas > 0).map((it) => it.pool));
}

async function serveMetrics({ requestId }: Incoming, { rooms }: Front): Promise<Response> {
  const { registry } = rooms.metrics;
  const headers = { 'content-type': registry.contentType, 'x-request-id': requestId };
  return new Response(await registry.metrics(), { headers });
}
