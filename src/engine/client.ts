import type { Clock } from '../telemetry/index.ts';
import { openConnections } from './connections.ts';
import type { Endpoint } from './endpoint.ts';
import { exchange } from './exchange.ts';
import type { EngineClient } from './protocol.ts';

/** Largest document that `get` takes: `/metrics` of one engine is some 100 kB. */
const DOCUMENT_BYTES_MAX = 4_194_304;

/** Headers that frame a message on one connection (RFC 9110 §7.6.1); ours to set, never the caller's. */
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
      const deadline = new AbortController();
      const cancel = clock.after(timeoutMs, () => deadline.abort());
      const failure = (otherwise: 'refused' | 'reset' | 'aborted' | 'timed_out') =>
        deadline.signal.aborted ? 'timed_out' : otherwise;
      try {
        const outbound = { method: 'GET', path, headers: {}, body: undefined, signal: deadline.signal } as const;
        const reply = await exchange(outbound, connections);
        if (!reply.ok) return { ...reply, failure: failure(reply.failure) };
        return { ok: true, status: reply.status, text: await readText(reply.body) };
      } catch (cause) {
        return { ok: false, failure: failure('reset'), cause };
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

async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > DOCUMENT_BYTES_MAX) throw new Error(`the document is longer than ${DOCUMENT_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
