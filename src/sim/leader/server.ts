import type { EngineLog } from '../log.ts';
import { answerJson } from './answering.ts';
import type { ServerContext } from './context.ts';
import { listenHttp, type HttpReply, type HttpRequest, type HttpServer } from './http.ts';
import { ROUTES } from './routes.ts';
import { logListening } from './start-log.ts';

/** Paths below these want the key of `--api-key`; the others stay open, as in vLLM. */
const GUARDED = ['/v1', '/v2', '/inference', '/cohere'];

/** Opens the API. Faults that were told at start act from here on. */
export function openServer(server: ServerContext, log: EngineLog, failed: (cause: unknown) => void): HttpServer {
  const { settings, inject } = server;
  const listening = () => {
    log.plain('INFO:     Application startup complete.');
    for (const fault of settings.runFaults) inject(fault);
  };
  logListening(log, settings);
  return listenHttp(settings.listen, (request) => respond(request, server, log), { listening, failed });
}

/** What another program that got the address would say. */
const NONSENSE: HttpReply = {
  status: 200,
  headers: { 'content-type': 'text/html' },
  body: '<!doctype html><title>It works!</title><h1>It works!</h1>',
};

/** Answers one request through `ROUTES`, and writes uvicorn's access log line. */
async function respond(request: HttpRequest, server: ServerContext, log: EngineLog): Promise<HttpReply> {
  const { quietPaths, requestIdHeaders } = server.settings;
  const reply = await route(request, server);
  if (quietPaths !== 'all' && !quietPaths.has(request.path))
    log.plain(`INFO:     127.0.0.1:0 - "${request.method} ${request.path} HTTP/1.1" ${reply.status}`);
  if (!requestIdHeaders) return reply;
  const id = request.headers['x-request-id'] ?? crypto.randomUUID();
  return { ...reply, headers: { ...reply.headers, 'x-request-id': id } };
}

async function route(request: HttpRequest, server: ServerContext): Promise<HttpReply> {
  const { method, path, headers } = request;
  if (server.pending().answers === 'nonsense' && path !== '/sim/fault') return NONSENSE;
  const { apiKey } = server.settings;
  const guarded = apiKey !== undefined && GUARDED.some((prefix) => path.startsWith(prefix));
  if (guarded && headers['authorization'] !== `Bearer ${apiKey}`) return answerJson({ error: 'Unauthorized' }, 401);
  const methods = Object.hasOwn(ROUTES, path) ? ROUTES[path] : undefined;
  if (methods === undefined) return answerJson({ detail: 'Not Found' }, 404);
  const handler = methods[method];
  if (handler !== undefined) return handler(request, server);
  const refused = answerJson({ detail: 'Method Not Allowed' }, 405);
  return { ...refused, headers: { ...refused.headers, allow: Object.keys(methods).join(', ') } };
}
