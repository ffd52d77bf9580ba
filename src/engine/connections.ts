import { Agent, request, type ClientRequest } from 'node:http';
import type { Endpoint } from './endpoint.ts';

/** Idle connections kept per engine; those beyond are closed after their request. */
const IDLE_CONNECTIONS_MAX = 256;

/** What a request says before its body. Header names in any case. */
export interface RequestHead {
  readonly method: 'GET' | 'POST';
  /** With the leading slash. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | number>>;
}

/** The connections of one engine: pooled with keep-alive, as many at once as there are requests. */
export interface Connections {
  /**
   * Begins a request on a kept connection if one is idle, or on a `fresh` one that nobody used before or will after.
   * Throws when closed, and when the head cannot be written (`ERR_INVALID_CHAR`, `ERR_UNESCAPED_CHARACTERS`).
   */
  open(head: RequestHead, connection: 'pooled' | 'fresh'): ClientRequest;
  /** Breaks every connection, idle or not; nothing can be opened afterwards. */
  close(): void;
}

/**
 * Connections over `node:http`: Bun's `fetch` runs 256 requests at once and queues the rest without a word, and gives
 * up on a stream that is silent for five minutes (oven-sh/bun#6217, #16682); `node:http` does neither.
 */
export function openConnections(endpoint: Endpoint): Connections {
  const address =
    endpoint.kind === 'unix' ? { socketPath: endpoint.path } : { host: endpoint.host, port: endpoint.port };
  const pool = new Agent({ keepAlive: true, maxSockets: Infinity, maxFreeSockets: IDLE_CONNECTIONS_MAX });
  const running = new Set<ClientRequest>();
  let closed = false;

  return {
    open({ method, path, headers }, connection) {
      if (closed) throw new Error('the connections to this engine are closed');
      const opened = request({ ...address, method, path, headers, agent: connection === 'pooled' ? pool : false });
      running.add(opened);
      opened.once('close', () => running.delete(opened));
      return opened;
    },
    close() {
      closed = true;
      for (const one of running) one.destroy(new Error('the connections to this engine were closed'));
      pool.destroy();
    },
  };
}
