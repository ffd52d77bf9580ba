import { createBodies } from '../queue/index.ts';
import { dispatch } from './dispatch.ts';
import type { Front } from './front.ts';
import type { GatewaySettings, StartGateway } from './gateway.ts';
import { limitIdle } from './idle-limit.ts';
import { isStream } from './reply-headers.ts';
import { createRouteTable } from './route-table.ts';
import { createTenantLabels } from './tenants/tenant-labels.ts';
import { createTenantTable } from './tenants/tenant-table.ts';

/** Opens the HTTP server. Bun's own limits on bodies and idle connections are off: they answer without a body, or cut streams. */
export const startGateway: StartGateway = (settings, routes, rooms) => {
  let front: Front = {
    rooms,
    settings,
    ...tenancy(settings),
    table: createRouteTable(routes),
    receiving: createBodies(Math.max(settings.maxReceivingBytes, settings.maxBodyBytes)),
    draining: false,
  };

  const server = Bun.serve({
    hostname: settings.host,
    port: settings.port,
    development: false, // else a compiled binary shows its stack to clients (bun#41506)
    idleTimeout: 0,
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    async fetch(request) {
      const idleLimit = limitIdle(server, request, settings.slowClientTimeoutMs);
      idleLimit.set();
      const response = await dispatch(request, idleLimit, front);
      if (!isStream(response)) idleLimit.set(); // a stream watches its client itself, up to its end
      return response;
    },
  });
  const { port } = server;
  if (port === undefined) throw new Error(`the gateway has no port on ${settings.host}:${settings.port}`);

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

function tenancy({ tenants, tenantHeader }: GatewaySettings): Pick<Front, 'tenants' | 'tenantLabel'> {
  const toldApart = tenantHeader !== undefined || tenants.configured.length > 0;
  return {
    tenants: createTenantTable({ ...tenants, toldApart }),
    tenantLabel: createTenantLabels(tenants.configured.map((it) => it.name)),
  };
}
