import { existsSync } from 'node:fs';
import { replicaDefinitions, type Config } from '../config/index.ts';
import {
  classifyExit,
  createEngineClient,
  followStart,
  isVitalProcess,
  launchEngine,
  normaliseError,
  type Endpoint,
  type EngineHost,
  type ReplicaPlan,
} from '../engine/index.ts';
import { startGateway, type Gateway, type GatewaySettings, type KeyPolicy } from '../gateway/index.ts';
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
import { planReplica, poolRoutes } from './replica-plans.ts';
import { selfCommand } from './self-command.ts';

/** What every room of this node shares. */
interface Foundations {
  readonly config: Config;
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
  /** Opens the gateway's port. Throws where it is taken. */
  openGateway(keys: KeyPolicy): Gateway;
}

const newId = (): string => crypto.randomUUID();
const openClient = (endpoint: Endpoint) => createEngineClient(endpoint, clock);

/** Builds the rooms and hands each its effects. Starts nothing. */
export function buildRooms({ config, log, metrics, nodeName, redis, processes, kernelLog }: Foundations): Rooms {
  const queue = createQueue(config.queue, Object.keys(config.pools), {
    store: createRedisStore(redis),
    wire: createRedisWire(redis, nodeName, { clock, log, metrics }),
    nodeName,
    // The queue sends to replicas, and the supervisor opens them in the queue: each needs the other.
    send: (replica, request) => send(replica, request),
    heard: (replica, passive) => supervisor.heard(replica, passive),
    clock,
    unixMs: Date.now,
    log,
    metrics,
    newId,
  });
  const host = engineHost(config);
  const supervisor = createSupervisor(plansOf(config), {
    clock,
    processes,
    cards: createCardReader(config, clock),
    cardWaitMs: config.cards.waitMs,
    kernelLog,
    log,
    metrics,
    dispatch: {
      open: (replica, pool, capacity) => queue.openReplica(replica, pool, capacity),
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
      config.health,
    ),
    random: Math.random,
    unixMs: Date.now,
  });
  const send = createLocalSend(supervisor, openClient);
  const { idempotencyTtlMs: ttlMs } = config.queue;
  const keyed = createKeyed({ store: createRedisKeyedStore(redis), clock, log, newId, nodeName, ttlMs });
  return {
    queue,
    keyed,
    supervisor,
    openGateway: (keys) =>
      startGateway(gatewaySettings(config, keys), poolRoutes(config), {
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

function plansOf(config: Config): ReplicaPlan[] {
  return [...replicaDefinitions(config).values()].map((it) => planReplica(it, config.paths));
}

function gatewaySettings(config: Config, keys: KeyPolicy): GatewaySettings {
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
export function tenantSettings({ queue, tenants, tenantDefaults }: Config): GatewaySettings['tenants'] {
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
