import { dispatch } from './dispatch.ts';
import type { Front } from './front.ts';
import type { StartGateway } from './gateway.ts';
import { limitIdle } from './idle-limit.ts';
import { createRouteTable } from './route-table.ts';

/** Opens the HTTP server. Bun's own limits on bodies and idle connections are off: they answer without a body, or cut streams. */
export const startGateway: StartGateway = (config, routes, rooms) => {
  const { maxBodyBytes, slowClientTimeoutMs } = config;
  let front: Front = { rooms, maxBodyBytes, slowClientTimeoutMs, table: createRouteTable(routes), draining: false };

  const server = Bun.serve({
    hostname: config.host,
    port: config.port,
    development: false, // else a compiled binary shows its stack to clients (bun#41506)
    idleTimeout: 0,
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    async fetch(request) {
      const idleLimit = limitIdle(server, request, slowClientTimeoutMs);
      idleLimit.set();
      const response = await dispatch(request, idleLimit, front);
      if (!isStream(response)) idleLimit.set(); // a stream watches its client itself, up to its end
      return response;
    },
  });
  const { port } = server;
  if (port === undefined) throw new Error(`the gateway has no port on ${config.host}:${config.port}`);

  return {
    port,
    setRoutes: (next) => void (front = { ...front, table: createRouteTable(next) }),
    drain: () => void (front = { ...front, draining: true }),
    async stop(hurry) {
      front = { ...front, draining: true };
      const stopped = server.stop();
      const cut = () => void server.stop(true);
      if (hurry.aborted) cut();
      hurry.addEventListener('abort', cut, { once: true });
      await stopped;
      hurry.removeEventListener('abort', cut);
    },
  };
};

function isStream(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('text/event-stream') === true;
}
