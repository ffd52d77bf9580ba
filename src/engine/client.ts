import { deadlineSignal, type Clock } from '../telemetry/index.ts';
import { openConnections } from './connections.ts';
import { readDocument } from './document.ts';
import type { Endpoint } from './endpoint.ts';
import { exchange, exchangeFresh } from './exchange.ts';
import type { EngineClient } from './protocol.ts';

/** Headers that frame a message on one connection (RFC 9110 §7.6.1, RFC 9112 §6); ours to set, never the caller's. */
const FRAMING = new Set(['connection', 'content-length', 'expect', 'host', 'keep-alive', 'te', 'transfer-encoding']);

/** Speaks HTTP/1.1 to one engine. The clock ends a `get` that takes too long. */
export function createEngineClient(endpoint: Endpoint, clock: Clock): EngineClient {
  const connections = openConnections(endpoint);
  return {
    send({ path, body, headers, signal }) {
      const length = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
      const head = { method: 'POST', path, headers: { ...unframed(headers), 'content-length': length } } as const;
      return exchange({ ...head, body, signal }, connections);
    },
    async get(path, timeoutMs) {
      const { signal, cancel } = deadlineSignal(clock, timeoutMs);
      try {
        const reply = await exchangeFresh({ method: 'GET', path, headers: {}, body: undefined, signal }, connections);
        if (reply.ok) return { ok: true, status: reply.status, text: await readDocument(reply.body) };
        return { ...reply, failure: reply.failure === 'aborted' ? 'timed_out' : reply.failure };
      } catch (cause) {
        return { ok: false, failure: signal.aborted ? 'timed_out' : 'reset', cause };
      } finally {
        cancel();
      }
    },
    close: () => connections.close(),
  };
}

function unframed(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !FRAMING.has(name.toLowerCase())));
}
