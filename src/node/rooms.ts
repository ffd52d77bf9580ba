import type { Config } from '../config/index.ts';
import { normaliseError } from '../engine/index.ts';
import { startGateway, type Gateway, type KeyPolicy, type PoolRoute } from '../gateway/index.ts';
import {
  createKeyed,
  createQueue,
  createRedisKeyedStore,
  createRedisStore,
  createRedisWire,
  type Keyed,
  type Queue,
  type QueueEffects,
} from '../queue/index.ts';
import { createSupervisor, type Supervisor } from '../supervisor/index.ts';
import { systemClock as clock } from '../telemetry/index.ts';
import { createLocalSend, openClient } from './engine-clients.ts';
import type { Foundations } from './foundations.ts';
import { gatewaySettings } from './gateway-settings.ts';
import { stateFilesIn } from './kept/state-files.ts';
import { planReplica } from './replica-plans.ts';
import { createSpeedWatch, type SpeedWatch } from './speed-watch.ts';
import { supervisorEffects } from './supervisor-effects.ts';

/** The rooms of one node, built and wired; only the gateway listens already. */
export interface Rooms {
  readonly queue: Queue;
  readonly keyed: Keyed;
  readonly supervisor: Supervisor;
  readonly speeds: SpeedWatch;
  /** Opens the gateway's port. Throws where it is taken. */
  openGateway(keys: KeyPolicy, routes: readonly PoolRoute[]): Gateway;
  /** Takes from a config what queue, supervisor and health may be told while they run. */
  retune(config: Config): void;
}

const newId = (): string => crypto.randomUUID();

/** Builds the rooms and hands each its effects. Starts nothing. */
export function buildRooms(foundations: Foundations): Rooms {
  const { config, replicas, log } = foundations;
  let settings = config;
  const health = { ...config.health };
  const queue = buildQueue(foundations, {
    // The queue sends to replicas, and the supervisor opens them in the queue: each needs the other.
    send: (replica, request) => send(replica, request),
    heard: (replica, passive) => supervisor.heard(replica, passive),
    measured: (replica, measurement) => speeds.measured(replica, measurement),
  });
  const plans = [...replicas.values()].map((it) => planReplica(it, config.paths));
  const opened: SpeedWatch['opened'] = (replica, pool, model) => speeds.opened(replica, pool, model);
  const cardWaitMs = () => settings.cards.waitMs;
  const supervisor = createSupervisor(plans, supervisorEffects(foundations, { queue, opened, cardWaitMs, health }));
  const files = stateFilesIn(config.paths.state);
  const speeds = createSpeedWatch({ clock, unixMs: Date.now, log, files, fleet: () => supervisor });
  const send = createLocalSend(supervisor, openClient);
  const keyed = buildKeyed(foundations, () => settings.queue.idempotencyTtlMs);
  return {
    queue,
    keyed,
    supervisor,
    speeds,
    retune(next) {
      settings = next;
      Object.assign(health, next.health);
      queue.retune(next.queue, Object.keys(next.pools));
      supervisor.retune(new Map(next.replicas.map((it) => [it.name, it.restart])));
    },
    openGateway: (keys, routes) => openGateway(foundations, { queue, keyed, supervisor }, keys, routes),
  };
}

function buildQueue(
  { config, log, metrics, nodeName, redis }: Foundations,
  heard: Pick<QueueEffects, 'send' | 'heard' | 'measured'>,
): Queue {
  return createQueue(config.queue, Object.keys(config.pools), {
    ...heard,
    store: createRedisStore(redis),
    wire: createRedisWire(redis, nodeName, { clock, log, metrics }),
    nodeName,
    clock,
    unixMs: Date.now,
    log,
    metrics,
    newId,
  });
}

function buildKeyed({ redis, log, nodeName }: Foundations, ttlMs: () => number): Keyed {
  return createKeyed({
    store: createRedisKeyedStore(redis),
    clock,
    log,
    newId,
    nodeName,
    get ttlMs() {
      return ttlMs();
    },
  });
}

function openGateway(
  { config, log, metrics }: Foundations,
  { queue, keyed, supervisor: fleet }: Pick<Rooms, 'queue' | 'keyed' | 'supervisor'>,
  keys: KeyPolicy,
  routes: readonly PoolRoute[],
): Gateway {
  const around = { clock, unixMs: Date.now, log, metrics, newId, normaliseError };
  return startGateway(gatewaySettings(config, keys), routes, { queue, keyed, fleet, ...around });
}
