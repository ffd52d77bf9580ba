import { createEngineClient, type Endpoint, type EngineClient } from '../engine/index.ts';
import type { Send } from '../queue/index.ts';
import type { Fleet, ReplicaState } from '../supervisor/index.ts';
import { systemClock as clock } from '../telemetry/index.ts';

/** A connection pool to one engine, on this host's clock. */
export const openClient = (endpoint: Endpoint): EngineClient => createEngineClient(endpoint, clock);

/** States in which the process that a connection was made to is gone, or its successor is not there yet. */
const BETWEEN_LIVES: ReadonlySet<ReplicaState> = new Set([
  'cleaning',
  'backoff',
  'stopped',
  'failed',
  'waiting_for_card',
  'starting',
]);

/** Sends granted requests to the engines of this host: one connection pool for each life of a replica. */
export function createLocalSend(fleet: Fleet, open: (endpoint: Endpoint) => EngineClient): Send {
  const clients = new Map<string, EngineClient>();
  fleet.onTransition(({ name, state }) => {
    if (!BETWEEN_LIVES.has(state)) return;
    clients.get(name)?.close();
    clients.delete(name);
  });
  const clientOf = (replica: string): EngineClient | undefined => {
    const known = clients.get(replica);
    if (known !== undefined) return known;
    const endpoint = fleet.replicas().find((it) => it.name === replica)?.endpoint;
    if (endpoint === undefined) return undefined;
    const client = open(endpoint);
    clients.set(replica, client);
    return client;
  };
  return (replica, request) =>
    clientOf(replica)?.send(request) ??
    Promise.resolve({ ok: false, failure: 'refused', cause: new Error(`there is no replica ${replica} any more`) });
}
