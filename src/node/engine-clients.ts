import type { Endpoint, EngineClient } from '../engine/index.ts';
import type { Send } from '../queue/index.ts';
import type { Fleet, ReplicaState } from '../supervisor/index.ts';

/** States in which no process of a replica can be spoken to: a connection kept from before is one to a dead engine. */
const GONE: ReadonlySet<ReplicaState> = new Set(['cleaning', 'backoff', 'stopped', 'failed']);

/** Sends granted requests to the engines of this host: one connection pool for each life of a replica. */
export function createLocalSend(fleet: Fleet, open: (endpoint: Endpoint) => EngineClient): Send {
  const clients = new Map<string, EngineClient>();
  fleet.onTransition(({ name, state }) => {
    if (!GONE.has(state)) return;
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
