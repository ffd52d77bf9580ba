import { readLayered } from '../config/index.ts';
import { startControlServer, type NodeReport } from '../control/index.ts';
import { systemClock as clock, type Log, type Metrics } from '../telemetry/index.ts';
import { createChangeHandler } from './change-handler.ts';
import { createControlHandler } from './control-handler.ts';
import { openClient } from './engine-clients.ts';
import { createEvaluate } from './evaluate.ts';
import type { Start } from './kept/choose-start.ts';
import type { ConfigStore } from './kept/config-store.ts';
import type { KeyKeeper } from './keys/key-keeper.ts';
import { keyWarnings } from './keys/key-warnings.ts';
import { loadContext } from './load-context.ts';
import { identifyPeer } from './peer.ts';
import { checkHost } from './plan-host.ts';
import type { PoolNames } from './reload/pool-names.ts';
import type { Reloader } from './reload/reloader.ts';
import type { StartTimes } from './reload/start-times.ts';
import { planReplica } from './replica-plans.ts';
import type { Rooms } from './rooms.ts';
import { createDriftWatch } from './watch-drift.ts';

interface ControlParts {
  readonly start: Start;
  /** Of the gateway. */
  readonly port: number;
  readonly rooms: Rooms;
  readonly keys: KeyKeeper;
  readonly names: PoolNames;
  readonly reloader: Reloader;
  readonly startTimes: StartTimes;
  readonly store: ConfigStore;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** The control API of this node, listening. */
interface OpenControl {
  /** The gateway's. */
  readonly url: string;
  status(): Promise<NodeReport>;
  stop(): Promise<void>;
}

/** Answers operators from the rooms. */
export async function openControl(parts: ControlParts): Promise<OpenControl> {
  const { start, port, rooms, keys, names, reloader, startTimes, store, log, metrics } = parts;
  const { source, paths, gateway, control } = start.run.config;
  const load = () => readLayered(source, reloader.target().overlay, loadContext());
  const url = `http://${gateway.host}:${port}`;
  const handler = createControlHandler({
    rooms,
    reloader,
    names,
    metrics,
    url,
    changes: createChangeHandler({
      reloader,
      supervisor: rooms.supervisor,
      startTimes,
      load,
      checkCards: (config) => checkHost(config, clock),
      planOf: (definition) => planReplica(definition, paths),
    }),
    drift: createDriftWatch({ file: source, load, reloader, store }),
    startedAt: new Date().toISOString(),
    warnings: () => keyWarnings(gateway.host, keys.policy(), keys.problem()),
    evaluate: createEvaluate({
      config: () => reloader.target().config,
      fleet: rooms.supervisor,
      open: openClient,
      clock,
      log,
    }),
  });
  const places = { socket: paths.controlSocket, tcp: control.tcp };
  const server = await startControlServer(places, { handler, clock, log, identify: identifyPeer });
  return { url, status: () => handler.status(), stop: () => server.stop() };
}
