import { createEngineClient, type Endpoint, type EngineClient } from '../engine/index.ts';
import { renameModel } from '../gateway/index.ts';
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

/** How one life of a replica is asked. */
interface Line {
  readonly client: EngineClient;
  /** What its engine calls the model, where that is not its pool's name: of one that somebody else runs. */
  readonly model: string | undefined;
}

/**
 * Sends granted requests to the engines of this host: one connection pool for each life of a replica. Requests name their
 * pool; which engine gets one, and what that one calls its model, is known only now.
 */
export function createLocalSend(fleet: Fleet, open: (endpoint: Endpoint) => EngineClient): Send {
  const lines = new Map<string, Line>();
  fleet.onTransition(({ name, state }) => {
    if (!BETWEEN_LIVES.has(state)) return;
    lines.get(name)?.client.close();
    lines.delete(name);
  });
  const lineTo = (replica: string): Line | undefined => {
    const known = lines.get(replica);
    if (known !== undefined) return known;
    const status = fleet.replicas().find((it) => it.name === replica);
    if (status === undefined) return undefined;
    const model = status.engineModel === status.pool ? undefined : status.engineModel;
    const line = { client: open(status.endpoint), model };
    lines.set(replica, line);
    return line;
  };
  return (replica, request) => {
    const line = lineTo(replica);
    if (line === undefined) {
      const cause = new Error(`there is no replica ${replica} any more`);
      return Promise.resolve({ ok: false, failure: 'refused', cause });
    }
    const { client, model } = line;
    return client.send(model === undefined ? request : { ...request, body: renameModel(request.body, model) });
  };
}
