import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Connections, RequestHead } from './connections.ts';
import type { EngineFailure, EngineReply } from './protocol.ts';

/** One request as it goes out. */
export interface Outbound extends RequestHead {
  readonly body: Uint8Array | string | undefined;
  /** Aborting breaks the connection at once, before the status line or after it. */
  readonly signal: AbortSignal;
}

/** An attempt's end. `stale`: a kept connection turned out closed before one byte of an answer came. */
type Attempt = Extract<EngineReply, { ok: true }> | (Extract<EngineReply, { ok: false }> & { readonly stale: boolean });

/**
 * Sends a request and answers at the status line. An engine drops a connection that idles (vLLM after
 * `VLLM_HTTP_TIMEOUT_KEEP_ALIVE`), which a request may meet on its way out; it is sent once more then, on a fresh
 * connection. Where nobody listens any more it was the engine that died, perhaps of this very request: `reset`.
 */
export async function exchange(outbound: Outbound, connections: Connections): Promise<EngineReply> {
  const first = await attempt(outbound, connections, 'pooled');
  if (first.ok || !first.stale) return first;
  const second = await attempt(outbound, connections, 'fresh');
  return second.ok || second.failure === 'aborted' ? second : first;
}

function attempt(outbound: Outbound, connections: Connections, connection: 'pooled' | 'fresh'): Promise<Attempt> {
  const { signal, body } = outbound;
  if (signal.aborted) return Promise.resolve({ ok: false, failure: 'aborted', cause: signal.reason, stale: false });
  return new Promise((resolve) => {
    try {
      const request = connections.open(outbound, connection);
      const bytesBefore = countBytes(request);
      breakOn(signal, request);
      request.once('response', (response) => resolve(answer(response)));
      request.on('error', (cause) => resolve(failure(cause, signal, isStale(request, cause, bytesBefore()))));
      request.end(body);
    } catch (cause) {
      // Nothing was sent: the connections are closed, or a header or path cannot be written.
      resolve({ ok: false, failure: 'refused', cause, stale: false });
    }
  });
}

function answer(response: IncomingMessage): Attempt {
  // A break is told to whoever reads the body; without a listener it would end the process when nobody reads it yet.
  response.on('error', () => undefined);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return { ok: true, status: response.statusCode ?? 0, headers, body: response };
}

function failure(cause: unknown, signal: AbortSignal, stale: boolean): Attempt {
  if (signal.aborted) return { ok: false, failure: 'aborted', cause, stale: false };
  return { ok: false, failure: failureOf(cause), cause, stale };
}

/** Never connected is `refused`, whatever the reason; anything after that is `reset`. */
function failureOf(cause: unknown): EngineFailure {
  return cause instanceof Error && 'syscall' in cause && cause.syscall === 'connect' ? 'refused' : 'reset';
}

/** Breaks the connection when `signal` aborts, for as long as the request has one. */
function breakOn(signal: AbortSignal, request: ClientRequest): void {
  const abort = () => request.destroy(new Error('the request was aborted', { cause: signal.reason }));
  signal.addEventListener('abort', abort, { once: true });
  request.once('close', () => signal.removeEventListener('abort', abort));
}

/** Remembers how much its connection had received before this request; answers that. */
function countBytes(request: ClientRequest): () => number {
  let before = 0;
  request.once('socket', (socket) => (before = socket.bytesRead));
  return () => before;
}

function isStale(request: ClientRequest, cause: Error, bytesBefore: number): boolean {
  const broken = 'code' in cause && (cause.code === 'ECONNRESET' || cause.code === 'EPIPE');
  return broken && request.reusedSocket && request.socket?.bytesRead === bytesBefore;
}
