import { deadlineSignal, type Clock } from '../telemetry/index.ts';
import { openConnections } from './connections.ts';
import { readDocument } from './document.ts';
import type { Endpoint } from './endpoint.ts';
import { exchange, exchangeFresh } from './exchange.ts';
import type { EngineClient } from './protocol.ts';

/** Speaks HTTP/1.1 to one engine. The clock ends a `get` that takes too long, and connections that idle. */
export function createEngineClient(endpoint: Endpoint, clock: Clock): EngineClient {
  const connections = openConnections(endpoint, clock);
  return {
    send: ({ path, body, headers, signal }) => exchange({ method: 'POST', path, headers, body, signal }, connections),
    async get(path, timeoutMs) {
      const { signal, cancel } = deadlineSignal(clock, timeoutMs);
      try {
        const reply = await exchangeFresh({ method: 'GET', path, headers: {}, body: undefined, signal }, connections);
        if (reply.ok) return { ok: true, status: reply.status, text: await readDocument(reply.body) };
        const { failure, cause } = reply;
        if (failure === 'unwritable') return { ok: false, failure: 'exhausted', cause }; // as little a word of the engine
        return { ok: false, failure: failure === 'aborted' ? 'timed_out' : failure, cause };
      } catch (cause) {
        return { ok: false, failure: signal.aborted ? 'timed_out' : 'reset', cause };
      } finally {
        cancel();
      }
    },
    close: () => connections.close(),
  };
}
