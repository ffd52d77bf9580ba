import { replicaDefinitions, type Config, type Layered } from '../../../src/config/index.ts';
import {
  classifyExit,
  followStart,
  isVitalProcess,
  type Endpoint,
  type EngineClient,
} from '../../../src/engine/index.ts';
import { createWatch } from '../../../src/health/index.ts';
import { createLocalSend } from '../../../src/node/engine-clients.ts';
import { runningWhole } from '../../../src/node/reload/change.ts';
import { createReloader, type Reloader } from '../../../src/node/reload/reloader.ts';
import { createPoolNames } from '../../../src/node/reload/pool-names.ts';
import { planReplica } from '../../../src/node/replica-plans.ts';
import { createQueue, type Queue } from '../../../src/queue/index.ts';
import { createMemoryWire } from '../../../src/queue/relay/index.ts';
import { createSupervisor, type Processes, type Supervisor } from '../../../src/supervisor/index.ts';
import { silentLog as log, type Clock } from '../../../src/telemetry/index.ts';
import { isAlive } from '../engine/engine.ts';
import type { Engines } from '../engine/fleet.ts';
import { createExitRule } from '../rules/exits.ts';
import { createReloadRule } from '../rules/reloads.ts';
import { checkStart } from '../rules/starts.ts';
import { createSilentMetrics } from '../silent-metrics.ts';
import type { Tally } from '../tally.ts';
import type { Estate } from '../world/estate.ts';
import { createSimulatedCardReader } from './cards.ts';
import { createConnections, type Connections } from './clients.ts';
import { isBad, loadFleet, type Change } from './configs.ts';
import { launchIn } from './launch.ts';
import { createNodeClock, type Pulse } from './node-clock.ts';
import { createSimulatedProcesses } from './processes.ts';
import type { SimulatedRedis } from './store.ts';

/** One life of a node: the real rooms, wired as `src/node/rooms.ts` does, on a world that is not. */
export interface SimulatedNode {
  readonly pulse: Pulse;
  readonly clock: Clock;
  readonly config: Config;
  readonly supervisor: Supervisor;
  readonly queue: Queue;
  readonly reloader: Reloader;
  readonly processes: Processes;
  readonly connections: Connections;
  /** Ends the draining of a stop. */
  readonly hurry: AbortController;
  /** It swept, and listens. */
  isOpen: boolean;
  isStopping: boolean;
}

/** What a node is made for. */
export interface Birth {
  readonly estate: Estate;
  readonly redis: SimulatedRedis;
  readonly fleet: number;
  readonly layered: Layered;
  readonly tally: Tally;
  /** How the file of the config is now. */
  readonly file: () => Change;
  readonly life: number;
}

const metrics = createSilentMetrics();

export function createNode(birth: Birth): SimulatedNode {
  const { estate, life, tally } = birth;
  const { config } = birth.layered;
  const { world, engines, weather } = estate;
  const pulse: Pulse = { life, isAlive: true };
  const clock = createNodeClock(world.agenda, pulse);
  const connections = createConnections(world, pulse);
  const openClient = (endpoint: Endpoint): EngineClient => connections.open(endpoint);
  const hurry = new AbortController();
  const exits = createExitRule(world.trace);
  const cards = createSimulatedCardReader(world, clock, (gpu) => forgive(engines, gpu));
  const unixMs = (): number => 1_700_000_000_000 + clock.nowMs();

  const processes = createSimulatedProcesses(estate, clock, pulse, {
    starting: (order) =>
      checkStart(order, { world, engines: engines.all(), node: life, seen: cards.lastSeen(order.gpu) }),
    exited({ order, terms, kills }) {
      const before = supervisor.replicas().find((it) => it.name === order.name);
      if (terms + kills === 0 && before !== undefined) exits.unasked(before);
    },
    isInHurry: () => hurry.signal.aborted,
  });
  const queue = createQueue(config.queue, Object.keys(config.pools), {
    store: birth.redis.connect(world.ledger, pulse),
    wire: createMemoryWire(),
    nodeName: 'host',
    send(replica, request) {
      if (!pulse.isAlive) return new Promise(() => {}); // its line in memory does not know that it is over
      tally.request('sent');
      return send(replica, request);
    },
    heard: (replica, passive) => supervisor.heard(replica, passive),
    clock,
    unixMs,
    log,
    metrics,
    newId: () => `id-${world.count()}`,
  });
  const supervisor = createSupervisor(
    [...replicaDefinitions(config).values()].map((it) => planReplica(it, config.paths)),
    {
      clock,
      processes,
      cards,
      cardWaitMs: config.cards.waitMs,
      kernelLog: { since: () => ({ lines: () => [] }) },
      log,
      metrics,
      dispatch: {
        open: (replica, pool, capacity, model, share) =>
          queue.openReplica(replica, pool, { ...capacity, model, share }),
        close: (replica) => queue.closeReplica(replica),
        end: (replica, ending) => queue.endReplica(replica, ending),
        inFlight: (replica) => queue.inFlight(replica),
      },
      launch: (plan) => launchIn(weather, plan),
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
      random: () => world.random.next(),
      unixMs,
    },
  );
  const send = createLocalSend(supervisor, openClient);
  supervisor.onTransition((status) => {
    tally.transition(status);
    world.trace.note(`node ${life}: ${status.name} is ${status.state} ${status.phase ?? ''}`);
    exits.changed(status);
    const engine = engines.find(status.name);
    if (engine !== undefined && (status.state === 'ready' || status.state === 'draining')) engine.isReady = true;
  });
  const reloader = reloaderOf(birth, supervisor);
  return {
    pulse,
    clock,
    config,
    supervisor,
    queue,
    reloader,
    processes,
    connections,
    hurry,
    isOpen: false,
    isStopping: false,
  };
}

/** A supervisor that cannot look at a card forgets whose memory it waits for there: it may be away for good. */
function forgive(engines: Engines, gpu: number): void {
  for (const engine of engines.all()) if (engine.order.gpu === gpu && !isAlive(engine)) engine.isForgiven = true;
}

function reloaderOf({ estate, fleet, layered, file }: Birth, supervisor: Supervisor): Reloader {
  const { trace } = estate.world;
  const { config } = layered;
  const rule = createReloadRule(trace);
  const nothing = () => {};
  let changes = 0;
  return createReloader(runningWhole(layered), Promise.resolve(), {
    load() {
      const change = file();
      rule.read(isBad(change));
      return Promise.resolve(loadFleet(fleet, change));
    },
    layer: () => ({ ok: true, layered }),
    rejectedText: () => undefined,
    supervisor: rule.watched(supervisor),
    journal: {
      began: nothing,
      resumed: nothing,
      recorded: nothing,
      succeeded: () => true,
      takenBack: nothing,
      overtaken: nothing,
      provenWhole: nothing,
      settled: nothing,
    },
    names: createPoolNames(config, { former: [], unixMs: () => 0, setRoutes: nothing }),
    checkCards: () => Promise.resolve([]),
    planOf: (definition) => planReplica(definition, config.paths),
    takeInPlace: nothing,
    openLines: () => Promise.resolve(),
    emptyLines: () => Promise.resolve(),
    evaluate: () => Promise.resolve({ ok: true }),
    judge: () => Promise.resolve({ ok: true }),
    begin: () => nothing,
    ended: ({ result }) => trace.note(`a reload ended: ${result}`),
    now: () => '',
    newId: () => `change-${(changes += 1)}`,
  });
}
