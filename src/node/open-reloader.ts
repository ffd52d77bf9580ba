import { layer, readLayered, type Config, type ReplicaDefinition } from '../config/index.ts';
import { configuredSet, createGate } from '../eval/index.ts';
import type { Gateway } from '../gateway/index.ts';
import type { RolloutVerdict } from '../supervisor/index.ts';
import { delay, systemClock as clock, type LeveledLog, type Metrics } from '../telemetry/index.ts';
import { openClient } from './engine-clients.ts';
import { gatewaySettings } from './gateway-settings.ts';
import type { Start } from './kept/choose-start.ts';
import type { ConfigStore } from './kept/config-store.ts';
import type { Journal } from './kept/journal.ts';
import { sourcesOf } from './keys/open-keys.ts';
import type { KeyKeeper } from './keys/key-keeper.ts';
import { loadContext } from './load-context.ts';
import { checkHost } from './plan-host.ts';
import type { Running } from './reload/change.ts';
import { announceReload } from './reload/ending.ts';
import type { PoolNames } from './reload/pool-names.ts';
import { createReloader, type Reloader } from './reload/reloader.ts';
import { planReplica } from './replica-plans.ts';
import type { Rooms } from './rooms.ts';

/** What changes of config work with. */
interface ReloaderParts {
  readonly start: Start;
  readonly standing: ReadonlyMap<string, ReplicaDefinition>;
  /** Resolves once the engines are on their way. */
  readonly started: Promise<void>;
  readonly rooms: Rooms;
  readonly gateway: Gateway;
  readonly keys: KeyKeeper;
  readonly names: PoolNames;
  readonly journal: Journal;
  readonly store: Pick<ConfigStore, 'rejected'>;
  readonly log: LeveledLog;
  readonly metrics: Metrics;
  /** Called when a change begins; what it returns is called when it has ended. */
  readonly begin: () => () => void;
}

/** Wires changes of config to the rooms of this node. */
export function openReloader(parts: ReloaderParts): Reloader {
  const { start, standing, rooms, names, journal, log, metrics } = parts;
  const { source, paths } = start.run.config;
  const initial: Running = { layered: start.run, replicas: standing };
  const target = (): Config => reloader.target().config;
  const reloader = createReloader(initial, parts.started, {
    load: (overlay) => readLayered(source, overlay, loadContext()),
    rejectedText: () => parts.store.rejected()?.textFingerprint,
    layer: (text, overlay) => layer(source, text, overlay, loadContext()),
    supervisor: rooms.supervisor,
    journal,
    names,
    checkCards: (config) => checkHost(config, clock),
    planOf: (definition) => planReplica(definition, paths),
    takeInPlace: (config) => takeInPlace(config, parts),
    openLines: (pools) => openLines(pools, rooms),
    emptyLines: (pools) => emptyLines(pools, target().restart.drainTimeoutMs, rooms),
    evaluate: async (plan, signal): Promise<RolloutVerdict> => {
      const configured = await configuredSet(target().eval.smoke);
      if (!configured.ok) return configured;
      if (configured.set === undefined) return { ok: true };
      const result = await createGate(configured.set, { open: openClient, clock, log })(plan, { signal });
      return result.ok ? { ok: true } : { ok: false, cause: result.cause };
    },
    judge: (plan, signal) => rooms.speeds.judge(plan, signal),
    begin: parts.begin,
    ended: (ending) => announceReload(ending, log, metrics),
    now: () => new Date().toISOString(),
    newId: () => crypto.randomUUID(),
  });
  return reloader;
}

/** All that a running node can be told without an engine's moving. */
function takeInPlace(config: Config, { rooms, gateway, keys, log }: ReloaderParts): void {
  log.level = config.telemetry.logLevel;
  rooms.retune(config);
  gateway.retune(gatewaySettings(config, keys.policy()));
  keys.lookAt(sourcesOf(config));
}

const LOOK_MS = 50;

/** What the store takes to hear of a pool, at most: without a store there is nobody to hear. */
const OPEN_MS_MAX = 1000;

/** Who asks for a pool that the store does not know yet would be turned away. */
async function openLines(pools: readonly string[], { queue }: Rooms): Promise<void> {
  const untilMs = clock.nowMs() + OPEN_MS_MAX;
  while (pools.length > 0 && !queue.isConnected() && clock.nowMs() < untilMs) await delay(clock, 1);
}

/** What waits in the line of a pool that goes is served first, as long as a running request may take to end. */
async function emptyLines(pools: readonly string[], limitMs: number, { queue }: Rooms): Promise<void> {
  const untilMs = clock.nowMs() + limitMs;
  while (pools.length > 0 && clock.nowMs() < untilMs) {
    const depths = await queue.depths();
    if (depths.every((it) => it.waiting === 0 || !pools.includes(it.pool))) return;
    await delay(clock, LOOK_MS);
  }
}
