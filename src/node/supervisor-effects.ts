import { existsSync } from 'node:fs';
import type { Config } from '../config/index.ts';
import { classifyExit, followStart, isVitalProcess, launchEngine, type EngineHost } from '../engine/index.ts';
import { createWatch } from '../health/index.ts';
import type { Queue } from '../queue/index.ts';
import type { SupervisorEffects } from '../supervisor/index.ts';
import { systemClock as clock } from '../telemetry/index.ts';
import { createCardReader } from './card-reader.ts';
import { openClient } from './engine-clients.ts';
import type { Foundations } from './foundations.ts';
import { selfCommand } from './self-command.ts';
import type { SpeedWatch } from './speed-watch.ts';

interface SupervisorNeighbours {
  readonly queue: Queue;
  /** Told which model a replica is opened with. */
  readonly opened: SpeedWatch['opened'];
  /** Read anew by each start. */
  readonly cardWaitMs: () => number;
  /** Read anew by each look. */
  readonly health: Config['health'];
}

/** What the supervisor of this node does to the world, and asks of the queue. */
export function supervisorEffects(foundations: Foundations, neighbours: SupervisorNeighbours): SupervisorEffects {
  const { config, log, metrics, processes, kernelLog } = foundations;
  const { queue, opened, cardWaitMs, health } = neighbours;
  const host = engineHost(config);
  const inFlight = (replica: string) => queue.inFlight(replica);
  const loaded: Queue['observe'] = (replica, load) => queue.observe(replica, load);
  return {
    clock,
    processes,
    cards: createCardReader(config, clock),
    get cardWaitMs() {
      return cardWaitMs();
    },
    kernelLog,
    log,
    metrics,
    dispatch: {
      open(replica, pool, capacity, model, share) {
        opened(replica, pool, model);
        queue.openReplica(replica, pool, { ...capacity, model, share });
      },
      close: (replica) => queue.closeReplica(replica),
      end: (replica, ending) => queue.endReplica(replica, ending),
      inFlight,
    },
    launch: (plan) => launchEngine(plan, host),
    followStart,
    isVital: isVitalProcess,
    classifyExit,
    watch: createWatch({ clock, log, metrics, open: openClient, inFlight, loaded }, health),
    random: Math.random,
    unixMs: Date.now,
  };
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
