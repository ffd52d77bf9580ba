import type { Capacity, CoreSettings, FromCore } from '../core/messages.ts';
import { holdPending } from '../faults/pending.ts';
import type { Fault, RunFaultName } from '../faults/table.ts';
import type { EngineSettings } from '../flags/settings.ts';
import { createEngineLog, type EngineLog } from '../log.ts';
import { claimAddress, type Release } from './claim.ts';
import { spawnCore, type CoreProcess } from './core-process.ts';
import { perform, type Leader } from './effects.ts';
import { injectFault, type Target } from './fault-effects.ts';
import type { HttpServer } from './http.ts';
import { createGenerations, type Generations } from './generations.ts';
import { live, type Life, type LifeEvent } from './life.ts';
import { createSeries } from './series.ts';
import { openServer } from './server.ts';
import { logConfiguration } from './start-log.ts';
import { logThroughput } from './throughput-log.ts';

/** The share of a start in which Python imports and configures; SIGTERM still ends the process then. */
const IMPORT_SHARE = 0.2;

const monotonicMs = (): number => performance.now();

/** The API server: starts its core, serves until it is told to end, and ends as vLLM would. */
export async function runLeader(settings: EngineSettings): Promise<number> {
  const log = createEngineLog('APIServer');
  const release = claim(settings, log);
  if (release === undefined) return 1;
  await Bun.sleep((settings.startMs * IMPORT_SHARE) / settings.speed);
  logConfiguration(log, settings);
  const early = settings.startFaults.find(({ name }) => name === 'crash_on_start' || name === 'exit_zero_on_start');
  if (early !== undefined) return early.amount;
  lead(settings, log, release);
  return new Promise(() => {}); // `lead` ends the process
}

function claim({ listen }: EngineSettings, log: EngineLog): Release | undefined {
  try {
    return claimAddress(listen);
  } catch (cause) {
    log.plain(`OSError: [Errno 98] Address already in use (${String(cause)})`);
    return undefined;
  }
}

/** Owns the life: takes one event at a time, asks `live` and performs the effects. */
function lead(settings: EngineSettings, log: EngineLog, release: Release): void {
  let life: Life = { in: 'starting', swallowed: false };
  let server: HttpServer | undefined;
  let found = settings;
  const series = createSeries();
  const faults = holdPending();

  const happen = (event: LifeEvent) => {
    const step = live(life, event, { inFlight: generations.inFlight(), drains: settings.shutdownTimeoutMs > 0 });
    life = step.life;
    for (const effect of step.effects) perform(effect, leader);
  };
  const hear = (message: FromCore) => {
    switch (message.is) {
      case 'loading':
        if (settings.startFaults.some(({ name }) => name === 'orphan_on_start')) vanish();
        return;
      case 'ready':
        found = withCapacity(settings, message);
        return happen({ on: 'core_ready' });
      case 'terminating':
        return happen({ on: 'core_ending' });
      case 'steps':
        series.core = message.stats;
        generations.hear(message);
    }
  };
  const core = spawnCore(hear, () => happen({ on: 'core_exited' }));
  const generations: Generations = createGenerations(core, () => happen({ on: 'idle' }));
  const { die, dieOf } = deaths(core, log);
  const target: Target = { core, log, ...faults, abortRequests: () => generations.endAll('abort'), vanish, die };
  const inject = (fault: Fault<RunFaultName>) => injectFault(fault, target);
  const listen = () => {
    release();
    const rest = { generations, series, life: () => life, ...faults, inject, nowMs: monotonicMs };
    server = openServer({ settings: found, ...rest }, log, dieOf);
  };
  const leader: Leader = { settings, core, generations, log, listen, server: () => server, happen };

  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => happen({ on: 'terminate' }));
  process.on('uncaughtException', dieOf);
  core.tell({ is: 'begin', settings: coreSettings(settings) });
  logThroughput(log, () => series.core);
}

/** Its core is left to itself (vllm#55510). */
const vanish = () => process.kill(process.pid, 'SIGKILL');

/** What the core found room for; only now does the server know. */
function withCapacity(settings: EngineSettings, { kvBlocks, maxModelLen }: Capacity): EngineSettings {
  const { card, facts } = settings;
  return { ...settings, card: { ...card, limits: { ...card.limits, kvBlocks } }, facts: { ...facts, maxModelLen } };
}

/** The ends that nobody asked for: both processes at once. */
function deaths(core: CoreProcess, log: EngineLog) {
  const die = (code: number) => {
    core.signal('SIGKILL');
    process.exit(code);
  };
  const dieOf = (cause: unknown) => {
    log.plain(String(cause));
    die(1);
  };
  return { die, dieOf };
}

function coreSettings(settings: EngineSettings): CoreSettings {
  const { card, memory, speed, startFaults, lingerMs, model, size, facts } = settings;
  const startMs = settings.startMs * (1 - IMPORT_SHARE);
  return { card, memory, speed, startMs, startFaults, lingerMs, model, size, maxModelLen: facts.maxModelLen };
}
