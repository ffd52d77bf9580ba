import type { Clock } from '../telemetry/index.ts';
import type { Endpoint } from './endpoint.ts';
import { createPool, requestBytes, type Exchange, type ExchangeListener } from './http/index.ts';

/** A request before it is put on a connection. Header names in any case; those that frame a message are left out. */
export interface RequestHead {
  readonly method: 'GET' | 'POST';
  /** With the leading slash. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string | undefined;
}

/** The connections of one engine: pooled with keep-alive, as many at once as there are requests. */
export interface Connections {
  /**
   * Begins a request on a kept connection if one is idle, or on a `fresh` one that nobody used before or will after.
   * Throws when closed, and `UnwritableHead` when the head cannot be written.
   */
  open(request: RequestHead, connection: 'pooled' | 'fresh', listener: ExchangeListener): Exchange;
  /** Breaks every connection, idle or not; nothing can be opened afterwards. */
  close(): void;
}

/** Connections of our own instead of `node:http`'s or `fetch`'s: docs/adr/0011-own-engine-client.md. */
export function openConnections(endpoint: Endpoint, clock: Clock): Connections {
  const pool = createPool(endpoint, clock);
  const host = hostOf(endpoint);
  let closed = false;

  return {
    open(request, connection, listener) {
      if (closed) throw new Error('the connections to this engine are closed');
      const last = connection === 'fresh';
      const bytes = requestBytes({ ...request, host, last });
      return last ? pool.beginFresh(bytes, listener) : pool.begin(bytes, listener);
    },
    close() {
      closed = true;
      pool.close();
    },
  };
}

function hostOf(endpoint: Endpoint): string {
  if (endpoint.kind === 'unix') return 'localhost';
  const { host, port } = endpoint;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
