import { existsSync } from 'node:fs';
import type { Config, ReplicaDefinition } from '../config/index.ts';
import {
  classifyExit,
  createEngineClient,
  followStart,
  isVitalProcess,
  launchEngine,
  normaliseError,
  type Endpoint,
  type EngineHost,
} from '../engine/index.ts';
import { startGateway, type Gateway, type GatewaySettings, type KeyPolicy, type PoolRoute } from '../gateway/index.ts';
import { createWatch } from '../health/index.ts';
import {
  createKeyed,
  createQueue,
  createRedisKeyedStore,
  createRedisStore,
  createRedisWire,
  type Keyed,
  type Queue,
  type RedisTarget,
} from '../queue/index.ts';
import { createSupervisor, type KernelLog, type Processes, type Supervisor } from '../supervisor/index.ts';
import { systemClock as clock, type Log, type Metrics } from '../telemetry/index.ts';
import { createCardReader } from './card-reader.ts';
import { createLocalSend } from './engine-clients.ts';
import { stateFilesIn } from './kept/state-files.ts';
import { planReplica } from './replica-plans.ts';
import { selfCommand } from './self-command.ts';
import { createSpeedWatch, type SpeedWatch } from './speed-watch.ts';

/** What every room of this node shares. */
interface Foundations {
  readonly config: Config;
  /** What each replica is to be at first: not what the config says, while they are on their way there. */
  readonly replicas: ReadonlyMap<string, ReplicaDefinition>;
  readonly log: Log;
  readonly metrics: Metrics;
  /** This node's name in Redis. */
  readonly nodeName: string;
  readonly redis: RedisTarget;
  readonly processes: Processes;
  readonly kernelLog: KernelLog;
}

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
const openClient = (endpoint: Endpoint) => createEngineClient(endpoint, clock);

/** Builds the rooms and hands each its effects. Starts nothing. */
export function buildRooms(foundations: Foundations): Rooms {
  const { config, replicas, log, metrics, nodeName, redis, processes, kernelLog } = foundations;
  let settings = config;
  const health = { ...config.health };
  const queue = createQueue(config.queue, Object.keys(config.pools), {
    store: createRedisStore(redis),
    wire: createRedisWire(redis, nodeName, { clock, log, metrics }),
    nodeName,
    // The queue sends to replicas, and the supervisor opens them in the queue: each needs the other.
    send: (replica, request) => send(replica, request),
    heard: (replica, passive) => supervisor.heard(replica, passive),
    measured: (replica, measurement) => speeds.measured(replica, measurement),
    clock,
    unixMs: Date.now,
    log,
    metrics,
    newId,
  });
  const host = engineHost(config);
  const plans = [...replicas.values()].map((it) => planReplica(it, config.paths));
  const supervisor = createSupervisor(plans, {
    clock,
    processes,
    cards: createCardReader(config, clock),
    get cardWaitMs() {
      return settings.cards.waitMs;
    },
    kernelLog,
    log,
    metrics,
    dispatch: {
      open(replica, pool, capacity, model, share) {
        speeds.opened(replica, pool, model);
        queue.openReplica(replica, pool, { ...capacity, model, share });
      },
      close: (replica) => queue.closeReplica(replica),
      end: (replica, ending) => queue.endReplica(replica, ending),
      inFlight: (replica) => queue.inFlight(replica),
    },
    launch: (plan) => launchEngine(plan, host),
    followStart,
    isVital: isVitalProcess,
    classifyExit,
    watch: createWatch(
      {
        clock,
        log,
        metrics,
        open: openClient,
        inFlight: (replica) => queue.inFlight(replica),
        loaded: (replica, load) => queue.observe(replica, load),
      },
      health,
    ),
    random: Math.random,
    unixMs: Date.now,
  });
  const files = stateFilesIn(config.paths.state);
  const speeds = createSpeedWatch({ clock, unixMs: Date.now, log, files, fleet: () => supervisor });
  const send = createLocalSend(supervisor, openClient);
  const keyed = createKeyed({
    store: createRedisKeyedStore(redis),
    clock,
    log,
    newId,
    nodeName,
    get ttlMs() {
      return settings.queue.idempotencyTtlMs;
    },
  });
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
    openGateway: (keys, routes) =>
      startGateway(gatewaySettings(config, keys), routes, {
        queue,
        keyed,
        fleet: supervisor,
        clock,
        unixMs: Date.now,
        log,
        metrics,
        newId,
        normaliseError,
      }),
  };
}

/** What a config says of the gateway. */
export function gatewaySettings(config: Config, keys: KeyPolicy): GatewaySettings {
  const { gateway, node, queue, routing, guardrails } = config;
  return {
    ...gateway,
    takesRequests: node.roles.includes('gateway'),
    flushAfterMs: queue.flushAfterMs,
    maxReceivingBytes: queue.maxBodyBytes,
    onRedisDown: queue.onRedisDown,
    routing,
    guardrails,
    tenants: tenantSettings(config),
    keys,
  };
}

/** What a config says of tenants, as the gateway takes it. */
function tenantSettings({ queue, tenants, tenantDefaults }: Config): GatewaySettings['tenants'] {
  return { configured: tenants, defaults: tenantDefaults, queueDepthMax: queue.maxDepth };
}

/** What engines need to know of this host. */
function engineHost({ paths }: Config): EngineHost {
  return {
    env: process.env,
    stateDirectory: paths.state,
    cacheDirectory: paths.cache,
    exists: existsSync,
    selfCommand,
  };
}
