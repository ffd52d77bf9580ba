import { dispatch } from './dispatch.ts';
import type { Front } from './front.ts';
import type { GatewaySettings, PoolRoute, StartGateway } from './gateway.ts';
import { createGuardrails } from './guardrails/guardrails.ts';
import { limitIdle } from './idle-limit.ts';
import { limitConnections } from './limits/connection-limit.ts';
import { descriptorsMax, openDescriptors } from './limits/descriptors.ts';
import { limitHeaderBytes } from './limits/header-limit.ts';
import { findListener } from './limits/listening-socket.ts';
import { limitPipelining } from './limits/pipelining.ts';
import { tuneListener } from './limits/tune-listener.ts';
import { createReceiving } from './intake/receiving.ts';
import { isStream } from './answer/reply-headers.ts';
import { followModels } from './routing/expected-models.ts';
import { followEnds } from './routing/former-names.ts';
import { createRouteTable } from './routing/route-table.ts';
import { createTenancy } from './tenants/tenancy.ts';

/** Opens the HTTP server. */
export const startGateway: StartGateway = (settings, routes, rooms) => {
  limitHeaderBytes(settings.maxHeaderBytes);
  const server = listen(settings, () => front);
  const { port } = server;
  if (port === undefined) throw new Error(`the gateway has no port on ${settings.host}:${settings.port}`);
  const tune = (ms: number) => {
    if (!tuneListener(findListener(port), ms)) rooms.log.warn({}, 'clients whose host vanishes will be noticed late');
  };
  tune(settings.slowClientTimeoutMs);
  const tenancy = createTenancy(settings, rooms);
  const connections = limitConnections(settings.maxConnections, {
    ...rooms,
    openDescriptors,
    descriptorsMax: descriptorsMax(),
    closeIdle: () => server.closeIdleConnections(),
  });
  const guardrailsOf = (rules: GatewaySettings['guardrails']) =>
    createGuardrails(rules, { ...rooms, fetch, afterThisTurn: setImmediate });
  let front: Front = {
    rooms,
    settings,
    ...tenancy.front,
    table: createRouteTable(routes),
    guardrails: guardrailsOf(settings.guardrails),
    receiving: createReceiving(receivingBytes(settings)),
    connections,
    draining: false,
  };
  const models = followModels(() => front.table.routes, rooms.fleet, rooms.queue);
  const take = (next: readonly PoolRoute[]): void => {
    front = { ...front, table: createRouteTable(next) };
    models.tell();
  };
  let stopEnds = followEnds(routes, rooms, take);

  return {
    port,
    setRoutes(next) {
      stopEnds();
      stopEnds = followEnds(next, rooms, take);
    },
    retune(next) {
      limitHeaderBytes(next.maxHeaderBytes);
      connections.limit(next.maxConnections);
      if (!front.draining && next.slowClientTimeoutMs !== front.settings.slowClientTimeoutMs)
        tune(next.slowClientTimeoutMs);
      front.receiving.arrived.limit(receivingBytes(next));
      const guardrails = guardrailsOf(next.guardrails);
      front = { ...front, settings: next, guardrails, ...tenancy.retune(next) };
    },
    setKeys: (next) => void (front = { ...front, ...tenancy.setKeys(next) }),
    drain: () => void (front = { ...front, draining: true }),
    async stop(hurry) {
      front = { ...front, draining: true };
      stopEnds();
      models.stop();
      connections.stop();
      const stopped = server.stop();
      const cut = () => void server.stop(true);
      if (hurry.aborted) cut();
      hurry.addEventListener('abort', cut, { once: true });
      await stopped;
      hurry.removeEventListener('abort', cut);
    },
  };
};

/** One body of the longest fits in any case. */
const receivingBytes = ({ maxReceivingBytes, maxBodyBytes }: GatewaySettings): number =>
  Math.max(maxReceivingBytes, maxBodyBytes);

/** Bun's own limits on bodies and idle connections are off: they answer without a body, or cut streams. */
function listen({ host, port }: GatewaySettings, front: () => Front): Bun.Server<undefined> {
  const hasSentTooMany = limitPipelining({
    portOf: (request) => server.requestIP(request)?.port,
    afterThisTurn: setImmediate,
  });
  const server = Bun.serve({
    hostname: host,
    port,
    development: false, // else a compiled binary shows its stack to clients (bun#41506)
    idleTimeout: 0,
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    async fetch(request) {
      const idleLimit = limitIdle(server, request, front().settings.slowClientTimeoutMs);
      idleLimit.set();
      const isLast = hasSentTooMany(request);
      const remote = () => server.requestIP(request)?.address ?? 'unknown';
      const response = await dispatch(request, idleLimit, front(), remote);
      if (isLast) response.headers.set('connection', 'close');
      if (!isStream(response)) idleLimit.set(); // a stream watches its client itself, up to its end
      return response;
    },
  });
  return server;
}
