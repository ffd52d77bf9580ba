import { EXIT_RULES, type ExitCause, type ExitClass, type ExitEvidence, type StartProgress } from '../engine/index.ts';
import type { Capacity, Passive, Verdict } from '../health/index.ts';
import { createMetrics, silentLog, type Clock } from '../telemetry/index.ts';
import { cardOf } from './card/run.ts';
import type { SupervisorEffects } from './effects.ts';
import type { Exit, PortHolder } from './group/process-group.ts';
import { createWorldDispatch, type WorldDispatch } from './world-dispatch.fixture.ts';
import { CARD_MIB, createWorldCards, type WorldCards } from './world-cards.fixture.ts';
import { createWorldEngines, LEADER_FOLLOWS_MS, type FakeEngine, type Temper } from './world-engines.fixture.ts';
import { createWorldServers, type WorldServers } from './world-servers.fixture.ts';

/** A host on which nothing is real but the rules. */
export interface World extends Omit<WorldDispatch, 'dispatch'> {
  readonly effects: SupervisorEffects;
  /** The newest life of each replica. */
  readonly engines: ReadonlyMap<string, FakeEngine>;
  /** Engines that somebody else runs. */
  readonly servers: WorldServers;
  readonly cards: WorldCards;
  /** Strangers on TCP ports. */
  readonly ports: Map<number, PortHolder>;
  /** What the kernel says from now on. */
  readonly kernelLines: string[];
  /** What real requests met, as the watches were told. */
  readonly heard: (readonly [string, Passive])[];
  /** Rules that were broken. */
  readonly violations: string[];
  readonly unlaunchable: Set<string>;
  readonly spawns: string[];
  readonly tempers: Map<string, Temper>;
  /** The leader ends by itself; its core stays where `orphan` says so. */
  crash(name: string, exit: Exit, core: 'orphan' | 'gone'): void;
  /** Its core ends; the leader follows later. */
  loseCore(name: string): void;
  stall(name: string): void;
  /** Health finds it lost, as if its engine would never end by itself. */
  condemn(name: string, verdict: Verdict): void;
  write(name: string, line: string): void;
  /** Processes of any engine that are left. */
  running(): readonly string[];
}

const CAPACITY: Capacity = { kvTokens: 60_000, sequencesMax: 256 };

const LOG_SIGNS: readonly ExitCause[] = ['bad_flag', 'cuda_out_of_memory', 'no_card_memory'];

/** Believes a line `sign bad_flag`, or the kernel, or the signal, or the code. */
function classifyExit({ code, signal, logTail, kernelLines, card }: ExitEvidence): ExitClass {
  const told = (cause: ExitCause, from: ExitClass['from']): ExitClass => {
    const advice = typeof card === 'object' ? `look: ${card.freeMiB} MiB are free` : 'look';
    return { cause, ...EXIT_RULES[cause], advice, from };
  };
  const sign = LOG_SIGNS.find((cause) => logTail.includes(`sign ${cause}`));
  if (sign !== undefined) return told(sign, 'log');
  if (kernelLines.some((line) => line.includes('Xid'))) return told('cuda_fault', 'kernel');
  if (signal !== null) return told('killed', 'signal');
  return told(code === 0 ? 'engine_core_died' : 'unknown', 'code');
}

/** `phase loading`, `phase loading 3 5`. */
function progressOf(line: string): StartProgress | undefined {
  const found = /^phase loading(?: (\d+) (\d+))?$/.exec(line);
  if (found === null) return undefined;
  const [, done, total] = found;
  return done === undefined ? { phase: 'loading' } : { phase: 'loading', done: Number(done), total: Number(total) };
}

export function createWorld(clock: Clock, random: () => number, metrics = createMetrics()): World {
  const unlaunchable = new Set<string>();
  const tempers = new Map<string, Temper>();
  const violations: string[] = [];
  const cards = createWorldCards();
  const servers = createWorldServers(clock, CAPACITY);
  const ports = new Map<number, PortHolder>();
  const kernelLines: string[] = [];
  const heard: (readonly [string, Passive])[] = [];

  function rule(isKept: boolean, broken: string): void {
    if (!isKept) violations.push(`at ${clock.nowMs()} ms: ${broken}`);
  }

  const isUp = (name: string): boolean => engines.newest.get(name)?.isForgotten === false || servers.isUp(name);
  const { dispatch, ...work } = createWorldDispatch(isUp, rule);
  const engines = createWorldEngines({
    clock,
    cards,
    capacity: CAPACITY,
    tempers,
    isOpen: (name) => work.open.has(name),
    failRequests: work.finishRequests,
    rule,
  });

  const effects: SupervisorEffects = {
    clock,
    log: silentLog,
    metrics,
    random,
    unixMs: () => 1_700_000_000_000 + clock.nowMs(),
    processes: {
      sweep: () => Promise.resolve(),
      spawn: engines.spawn,
      holderOf: (port) => ports.get(port),
      removeSocket: () => {},
      close: () => Promise.resolve(),
    },
    cards,
    cardWaitMs: 60_000,
    kernelLog: {
      since() {
        const from = kernelLines.length;
        return { lines: () => kernelLines.slice(from) };
      },
    },
    dispatch,
    launch({ engine, replica: { name, gpu, gpuMemoryUtilization = 0 } }) {
      if (unlaunchable.has(name)) throw new Error('install vLLM first');
      if (engine.kind === 'external') return undefined;
      engines.places.set(name, { card: cardOf(gpu), mib: Math.ceil(gpuMemoryUtilization * CARD_MIB) });
      return { argv: ['engine'], env: {} };
    },
    followStart: () => progressOf,
    isVital: (comm) => comm.startsWith('VLLM::'),
    classifyExit,
    watch({ engine: { kind }, replica: { name } }, report) {
      const note = (passive: Passive): void => void heard.push([name, passive]);
      const deaf = { listening: () => {}, heard: note };
      if (kind === 'external') return { ...servers.watch(name, report), ...deaf };
      const engine = engines.newest.get(name);
      if (engine === undefined) throw new Error('nothing to watch');
      Object.assign(engine, { report, isWatched: true });
      return { ...deaf, stop: () => void (engine.isWatched = false) };
    },
  };

  function condemn(name: string, verdict: Verdict): void {
    const engine = engines.living(name);
    if (engine?.phase === 'serving') engines.tell(engine, { on: 'verdict', verdict });
  }

  return {
    effects,
    engines: engines.newest,
    servers,
    cards,
    ports,
    kernelLines,
    heard,
    ...work,
    unlaunchable,
    violations,
    spawns: engines.spawns,
    tempers,
    crash(name, exit, core) {
      const engine = engines.living(name);
      if (engine !== undefined) engines.end(engine, exit, core);
    },
    loseCore(name) {
      const engine = engines.living(name);
      if (engine === undefined) return;
      engines.endCore(engine);
      clock.after(LEADER_FOLLOWS_MS, () => engines.end(engine, { code: 0, signal: null }, 'gone'));
    },
    write: (name, line) => engines.living(name)?.write(line),
    condemn,
    stall: (name) => condemn(name, { is: 'stalled', forMs: 30_000 }),
    running: () => engines.running(),
  };
}
