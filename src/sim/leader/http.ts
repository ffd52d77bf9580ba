import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Listen } from '../flags/settings.ts';

/** A request, its body read to the end. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  /** Fires when the client closed its connection before the answer was complete. */
  readonly gone: AbortSignal;
}

/** An answer; a body in parts goes out part by part, headers first. */
export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | AsyncIterable<string>;
}

/** Thrown by a body in parts that is to end without its end. */
export class BrokenOff extends Error {}

export interface HttpServer {
  /** Answers that have begun or are awaited. */
  open(): number;
  /** Accepts no further connection. */
  stop(): void;
}

/** vLLM takes bodies of any size; beyond this the connection is closed. */
const BODY_BYTES_MAX = 128 * 1024 * 1024;

/** uvicorn's keep-alive as vLLM sets it (`VLLM_HTTP_TIMEOUT_KEEP_ALIVE`). */
const KEEP_ALIVE_MS = 5000;

/**
 * Listens. Of Bun's two servers only this one sends the status line before the body has begun, as uvicorn does.
 * `failed` hears that the address is taken, or of a mistake in `handle`; a client that leaves is none.
 */
export function listenHttp(
  listen: Listen,
  handle: (request: HttpRequest) => Promise<HttpReply>,
  { listening, failed }: { readonly listening: () => void; readonly failed: (cause: unknown) => void },
): HttpServer {
  let open = 0;
  const server: Server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 }, (message, response) => {
    open += 1;
    response.once('close', () => (open -= 1));
    answer(message, response, handle).catch((cause: unknown) => {
      if (cause instanceof BrokenOff) response.destroy();
      else if (!message.destroyed && !response.destroyed) failed(cause);
    });
  });
  server.timeout = 0; // a stream may be silent for as long as a fault says
  server.once('error', failed);
  if (listen.kind === 'unix') server.listen(listen.path, listening);
  else server.listen(listen.port, listen.host, listening);
  return { open: () => open, stop: () => void server.close() };
}

async function answer(
  message: IncomingMessage,
  response: ServerResponse,
  handle: (request: HttpRequest) => Promise<HttpReply>,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const { method = 'GET', url = '/' } = message;
  const [path = '/'] = url.split('?');
  const headers = Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, String(value)]));
  const body = await readText(message);
  const reply = await handle({ method, path, headers, body, gone: gone.signal });
  if (typeof reply.body === 'string') {
    const length = String(Buffer.byteLength(reply.body));
    response.writeHead(reply.status, { ...reply.headers, 'content-length': length }).end(reply.body);
    return;
  }
  response.writeHead(reply.status, { ...reply.headers });
  response.flushHeaders();
  for await (const part of reply.body) {
    if (!response.write(part)) await drained(response, gone.signal);
  }
  response.end();
}

async function readText(message: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of message) {
    parts.push(Buffer.from(part));
    bytes += part.length;
    if (bytes > BODY_BYTES_MAX) message.destroy();
  }
  return Buffer.concat(parts).toString();
}

/** Waits for a slow reader, or for it to leave. */
function drained(response: ServerResponse, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (gone.aborted) return resolve();
    response.once('drain', resolve);
    gone.addEventListener('abort', () => resolve(), { once: true });
  });
}
