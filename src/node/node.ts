import { loadConfig, type Config } from '../config/index.ts';
import { startControlServer } from '../control/index.ts';
import type { Gateway } from '../gateway/index.ts';
import { createKernelLog, createProcesses, type OperationResult } from '../supervisor/index.ts';
import { measureEventLoopLag, systemClock as clock, type Log, type Metrics } from '../telemetry/index.ts';
import { createControlHandler } from './control-handler.ts';
import { keyWarnings } from './keys/key-warnings.ts';
import { openKeys } from './keys/open-keys.ts';
import { announceReload } from './reload-outcome.ts';
import { openRedis } from './redis.ts';
import { createReloader, type Reloader } from './reload.ts';
import { planReplica, poolRoutes } from './replica-plans.ts';
import { buildRooms, tenantSettings, type Rooms } from './rooms.ts';
import { createServiceManager, type ServiceManager } from './service-manager.ts';
import type { Notifier } from './systemd/index.ts';

/** How much longer than draining and killing the rest of a stop may take. */
const STOP_MARGIN_MS = 10_000;

/** A node that listens. Disposing drains it and stops everything, in the reverse order of its start. */
export interface Node extends AsyncDisposable {
  /** Starts the engines; resolves once all are on their way. */
  startEngines(): Promise<void>;
  /** Same path as the control socket's reload. */
  reload(): Promise<OperationResult>;
  /** Writes what `status` shows to the log. */
  dumpState(): Promise<void>;
}

/** What a node is opened with. */
interface NodeSurroundings {
  readonly config: Config;
  /** This node's name in Redis. */
  readonly nodeName: string;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly notifier: Notifier;
  /** Aborted when stopping must not wait for running requests. */
  readonly hurry: AbortSignal;
}

/** Sweeps what an earlier life left, starts Redis, listens. On failure everything opened so far is closed again. */
export async function openNode(surroundings: NodeSurroundings): Promise<Node> {
  await using opened = new AsyncDisposableStack();
  const { config, log, metrics, notifier, hurry } = surroundings;
  opened.defer(measureEventLoopLag(metrics));
  const rooms = await openRooms(surroundings, opened);
  const keys = opened.use(openKeys(surroundings));
  const gateway = rooms.openGateway(keys.policy());
  keys.follow((policy) => gateway.setKeys(policy));
  opened.defer(() => gateway.stop(hurry));
  const manager = createServiceManager(notifier, rooms.supervisor, clock, log);
  opened.defer(() => manager.close());
  const begin = () => {
    keys.look();
    return manager.reloading();
  };
  const reloader = reloaderOf(surroundings, rooms, gateway, begin);
  const url = `http://${config.gateway.host}:${gateway.port}`;
  const warnings = () => keyWarnings(config.gateway.host, keys.policy(), keys.problem());
  const handler = createControlHandler({ rooms, reloader, url, startedAt: new Date().toISOString(), warnings });
  const control = await startControlServer(config.paths.controlSocket, handler, clock);
  opened.defer(() => control.stop());
  opened.defer(() => stopServing(surroundings, rooms, gateway, manager));
  manager.ready();
  log.info({ url, config: config.source, control: config.paths.controlSocket }, 'listening');
  const open = opened.move();
  return {
    startEngines: () => rooms.supervisor.start(),
    reload: () => reloader.reload((message) => log.info(message)),
    dumpState: async () => log.info({ status: await handler.status() }, 'state'),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/** The rooms, on a Redis that answers, with nothing left of an earlier life. */
async function openRooms(surroundings: NodeSurroundings, opened: AsyncDisposableStack): Promise<Rooms> {
  const { config, log, hurry } = surroundings;
  const processes = createProcesses({ clock, log, stateDirectory: config.paths.state });
  await processes.sweep();
  opened.defer(() => processes.close());
  const redis = await openRedis(config, { clock, processes, log }, opened, hurry);
  const kernelLog = opened.use(createKernelLog(clock));
  const rooms = buildRooms({ ...surroundings, processes, redis, kernelLog });
  opened.defer(() => rooms.queue.close());
  opened.defer(() => rooms.keyed.close()); // its executions outlive their clients, and need the queue to end
  return rooms;
}

function reloaderOf(surroundings: NodeSurroundings, rooms: Rooms, gateway: Gateway, begin: () => () => void): Reloader {
  const { config, log, metrics } = surroundings;
  return createReloader(config, {
    load: () => loadConfig(config.source, { env: process.env, uid: process.getuid?.() ?? 0 }),
    supervisor: rooms.supervisor,
    plan: (definition) => planReplica(definition, config.paths),
    begin,
    takenInPlace: (it) => gateway.setTenants(tenantSettings(it)),
    adopted: (it) => gateway.setRoutes(poolRoutes(it)),
    ended: (ending) => announceReload(ending, log, metrics),
  });
}

/** Refuses what is new and what waits, lets what runs finish, then ends the engines. */
async function stopServing(
  { config, hurry }: NodeSurroundings,
  rooms: Rooms,
  gateway: Gateway,
  manager: ServiceManager,
): Promise<void> {
  const { drainTimeoutMs, stopGraceMs } = config.restart;
  manager.stopping(drainTimeoutMs + stopGraceMs + STOP_MARGIN_MS);
  gateway.drain();
  rooms.queue.drain();
  await rooms.supervisor.stop(hurry);
}
