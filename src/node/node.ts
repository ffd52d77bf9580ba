import { join } from 'node:path';
import type { Gateway } from '../gateway/index.ts';
import { createKernelLog, createProcesses } from '../supervisor/index.ts';
import { measureEventLoopLag, systemClock as clock, type LeveledLog, type Metrics } from '../telemetry/index.ts';
import type { Start } from './kept/choose-start.ts';
import { createJournal, type Journal } from './kept/journal.ts';
import { configStoreIn } from './kept/node-start.ts';
import { noteStart } from './kept/note-start.ts';
import { whenProven } from './kept/proven.ts';
import { stateFilesIn } from './kept/state-files.ts';
import { openKeys } from './keys/open-keys.ts';
import { openControl } from './open-control.ts';
import { openReloader } from './open-reloader.ts';
import { openRedis } from './redis.ts';
import type { ReloadEnding } from './reload/ending.ts';
import { createPoolNames } from './reload/pool-names.ts';
import type { Reloader } from './reload/reloader.ts';
import { createStartTimes } from './reload/start-times.ts';
import { buildRooms, type Rooms } from './rooms.ts';
import { createServiceManager, type ServiceManager } from './service-manager.ts';
import { standingOf, type Standing } from './standing.ts';
import type { Notifier } from './systemd/index.ts';

/** How much longer than draining and killing the rest of a stop may take. */
const STOP_MARGIN_MS = 10_000;

/** A node that listens. Disposing drains it and stops everything, in the reverse order of its start. */
export interface Node extends AsyncDisposable {
  /** Starts the engines; resolves once all are on their way. */
  startEngines(): Promise<void>;
  /** Same path as the control socket's reload. */
  reload(): Promise<ReloadEnding>;
  /** Writes what `status` shows to the log. */
  dumpState(): Promise<void>;
}

/** What a node is opened with. */
export interface NodeSurroundings {
  readonly start: Start;
  /** This node's name in Redis. */
  readonly nodeName: string;
  readonly log: LeveledLog;
  readonly metrics: Metrics;
  readonly notifier: Notifier;
  /** Aborted when stopping must not wait for running requests. */
  readonly hurry: AbortSignal;
}

/** Sweeps what an earlier life left, starts Redis, listens. On failure everything opened so far is closed again. */
export async function openNode(surroundings: NodeSurroundings): Promise<Node> {
  await using opened = new AsyncDisposableStack();
  const { start, log, metrics, notifier, hurry } = surroundings;
  const { config } = start.run;
  opened.defer(measureEventLoopLag(metrics));
  const standing = standingOf(start);
  const rooms = await openRooms(surroundings, standing, opened);
  const keys = opened.use(openKeys({ config, log, metrics }));
  const store = configStoreIn(config.paths);
  let gateway: Gateway | undefined;
  const setRoutes: Gateway['setRoutes'] = (routes) => gateway?.setRoutes(routes);
  const names = createPoolNames(config, { former: store.formerNames(), unixMs: Date.now, setRoutes });
  const listening = rooms.openGateway(keys.policy(), names.routes());
  gateway = listening;
  keys.follow((policy) => listening.setKeys(policy));
  opened.defer(() => listening.stop(hurry));
  const manager = createServiceManager(notifier, rooms.supervisor, clock, log);
  opened.defer(() => manager.close());
  const complain = (cause: unknown) => log.error({ err: cause }, 'the state of a change cannot be kept');
  const journal = createJournal({ store, now: () => new Date().toISOString(), complain });
  noteStart(start, journal, log);
  const files = stateFilesIn(join(config.paths.state, 'config'));
  const startTimes = opened.use(createStartTimes({ fleet: rooms.supervisor, clock, files, complain }));
  const started = Promise.withResolvers<void>();
  const begin = () => manager.reloading();
  const places = { ...surroundings, rooms, keys, names, journal, store, gateway: listening };
  const reloader = openReloader({ ...places, standing: standing.replicas, started: started.promise, begin });
  opened.defer(noteWhenProven(start, rooms, reloader, journal));
  const control = await openControl({ ...places, port: listening.port, reloader, startTimes });
  opened.defer(() => control.stop());
  opened.defer(() => stopServing(reloader, hurry, rooms, listening, manager));
  manager.ready();
  log.info({ url: control.url, config: config.source, control: config.paths.controlSocket }, 'listening');
  const say = (message: string) => log.info(message);
  if (start.leftover?.is === 'resumed') void reloader.resume(start.leftover.rollout, say);
  const open = opened.move();
  return {
    async startEngines() {
      await rooms.supervisor.start(standing.leftOut);
      started.resolve();
    },
    reload: () => reloader.reload(say),
    dumpState: async () => log.info({ status: await control.status() }, 'state'),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/** The rooms, on a Redis that answers, with nothing left of an earlier life. */
async function openRooms(
  surroundings: NodeSurroundings,
  { replicas }: Standing,
  opened: AsyncDisposableStack,
): Promise<Rooms> {
  const { start, log, hurry } = surroundings;
  const { config } = start.run;
  const processes = createProcesses({ clock, log, stateDirectory: config.paths.state });
  await processes.sweep();
  opened.defer(() => processes.close());
  const redis = await openRedis(config, { clock, processes, log }, opened, hurry);
  const kernelLog = opened.use(createKernelLog(clock));
  const rooms = buildRooms({ ...surroundings, config, replicas, processes, redis, kernelLog });
  opened.use(rooms.speeds);
  opened.defer(() => rooms.queue.close());
  opened.defer(() => rooms.keyed.close()); // its executions outlive their clients, and need the queue to end
  return rooms;
}

/** What it started with ran whole: it is what a later start may fall back on. */
function noteWhenProven({ run }: Start, { supervisor }: Rooms, reloader: Reloader, journal: Journal): () => void {
  return whenProven(
    run.config.replicas.map((it) => it.name),
    supervisor,
    () => {
      if (reloader.running().layered === run && reloader.target() === run) journal.provenWhole(run);
    },
  );
}

/** Refuses what is new and what waits, lets what runs finish, then ends the engines. */
async function stopServing(
  reloader: Reloader,
  hurry: AbortSignal,
  rooms: Rooms,
  gateway: Gateway,
  manager: ServiceManager,
): Promise<void> {
  const { drainTimeoutMs, stopGraceMs } = reloader.target().config.restart;
  manager.stopping(drainTimeoutMs + stopGraceMs + STOP_MARGIN_MS);
  gateway.drain();
  rooms.queue.drain();
  await rooms.supervisor.stop(hurry);
}
