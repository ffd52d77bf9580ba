import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Connections, RequestHead } from './connections.ts';
import { isOwnShortage } from './own-shortage.ts';
import type { EngineFailure, EngineReply } from './protocol.ts';

/** One request as it goes out. */
export interface Outbound extends RequestHead {
  readonly body: Uint8Array | string | undefined;
  /** Aborting breaks the connection at once, before the status line or after it. */
  readonly signal: AbortSignal;
}

/** An attempt's end. `stale`: a kept connection turned out closed before one byte of an answer came. */
interface Attempt {
  readonly reply: EngineReply;
  readonly stale: boolean;
}

/**
 * Sends a request and answers at the status line. An engine drops a connection that idles (vLLM after
 * `VLLM_HTTP_TIMEOUT_KEEP_ALIVE`), which a request may meet on its way out; it is sent once more then, on a fresh
 * connection. Where nobody listens any more it was the engine that died, perhaps of this very request: `reset`.
 */
export async function exchange(outbound: Outbound, connections: Connections): Promise<EngineReply> {
  const first = await attempt(outbound, connections, 'pooled');
  if (!first.stale) return first.reply;
  const { reply } = await attempt(outbound, connections, 'fresh');
  return reply.ok || reply.failure === 'aborted' || reply.failure === 'exhausted' ? reply : first.reply;
}

/** Sends a request on a connection of its own: whether somebody listens is what it is to find out. */
export async function exchangeFresh(outbound: Outbound, connections: Connections): Promise<EngineReply> {
  return (await attempt(outbound, connections, 'fresh')).reply;
}

function attempt(outbound: Outbound, connections: Connections, connection: 'pooled' | 'fresh'): Promise<Attempt> {
  const { signal, body } = outbound;
  if (signal.aborted) return Promise.resolve(failed('aborted', signal.reason));
  return new Promise((resolve) => {
    try {
      const request = connections.open(outbound, connection);
      const bytesBefore = countBytes(request);
      breakOn(signal, request);
      request.once('response', (response) => resolve({ reply: answer(response), stale: false }));
      request.on('error', (cause) => {
        if (signal.aborted) resolve(failed('aborted', cause));
        else resolve({ ...failed(failureOf(cause), cause), stale: isStale(request, cause, bytesBefore()) });
      });
      request.end(body);
    } catch (cause) {
      // Nothing was sent: the connections are closed, or a header or path cannot be written.
      resolve(failed(unconnected(cause), cause));
    }
  });
}

const failed = (failure: EngineFailure, cause: unknown): Attempt => ({
  reply: { ok: false, failure, cause },
  stale: false,
});

function answer(response: IncomingMessage): EngineReply {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return { ok: true, status: response.statusCode ?? 0, headers, body: response };
}

/** System calls on the way to a connection. */
const CONNECTING: ReadonlySet<unknown> = new Set(['connect', 'getaddrinfo']);

/** Anything after there was a connection is `reset`. */
function failureOf(cause: Error): EngineFailure {
  return 'syscall' in cause && CONNECTING.has(cause.syscall) ? unconnected(cause) : 'reset';
}

/** Never connected is `refused`, whatever the reason, unless the reason is ours. */
function unconnected(cause: unknown): EngineFailure {
  return isOwnShortage(cause) ? 'exhausted' : 'refused';
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
