import { EXIT_RULES, type ExitCause, type ExitClass, type ExitEvidence, type StartProgress } from '../engine/index.ts';
import type { Capacity, Passive, Verdict, WatchReport } from '../health/index.ts';
import { createMetrics, silentLog, type Clock } from '../telemetry/index.ts';
import { cardOf } from './card/run.ts';
import type { SupervisorEffects } from './effects.ts';
import type { Command, Exit, PortHolder, ProcessGroup, VitalProcess } from './group/process-group.ts';
import { createWorldCards, CARD_MIB, ENGINE_MIB, type Holder, type WorldCards } from './world-cards.fixture.ts';
import { createWorldServers, type WorldServers } from './world-servers.fixture.ts';

/** How the engines of a world behave from their next life on. */
export interface Temper {
  /** From spawn to the first answer. */
  startMs: number;
  /** From there to the first completion. */
  warmMs: number;
  start: 'ready' | 'crash' | 'hang';
  /** Written halfway through the start. */
  startWords: string;
  onTerm: 'leave' | 'swallow_one' | 'ignore';
  /** From SIGTERM to exit. */
  leaveMs: number;
  /** From SIGKILL until no process of the group is left. */
  dieMs: number;
  /** From there until its card has the memory back. */
  keepMs: number;
}

export const CALM: Temper = {
  startMs: 20_000,
  warmMs: 1_000,
  start: 'ready',
  startWords: 'phase loading',
  onTerm: 'leave',
  leaveMs: 300,
  dieMs: 20,
  keepMs: 0,
};

/** From the death of a core until its leader follows. */
export const LEADER_FOLLOWS_MS = 3_000;

/** From the death of a core until whoever watches it knows. */
export const CORE_SEEN_MS = 50;

/** One life of a simulated engine: a leader, a core in its session, and who watches it. */
export interface FakeEngine {
  readonly name: string;
  readonly card: string;
  readonly pid: number;
  readonly temper: Temper;
  leader: 'running' | 'exited';
  core: 'running' | 'gone';
  /** Warm and not yet asked to end: no start disturbs it, and it disturbs none. */
  phase: 'starting' | 'serving' | 'ending';
  terms: number;
  isWatched: boolean;
  isForgotten: boolean;
  exit: (exit: Exit) => void;
  report: (report: WatchReport) => void;
  coreLost: (process: VitalProcess) => void;
  /** Gives its memory back, in the driver's time. */
  leave: () => void;
  write: (line: string) => void;
}

/** A host on which nothing is real but the rules. */
export interface World {
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
  /** Requests running on each replica; `close` resolves when they are 0. */
  readonly inFlight: Map<string, number>;
  readonly open: Set<string>;
  readonly unlaunchable: Set<string>;
  readonly spawns: string[];
  readonly tempers: Map<string, Temper>;
  finishRequests(name: string): void;
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

export function createWorld(clock: Clock, random: () => number): World {
  const engines = new Map<string, FakeEngine>();
  const inFlight = new Map<string, number>();
  const open = new Set<string>();
  const unlaunchable = new Set<string>();
  const spawns: string[] = [];
  const tempers = new Map<string, Temper>();
  const places = new Map<string, string>();
  const idlers = new Map<string, () => void>();
  const violations: string[] = [];
  const cards = createWorldCards();
  const servers = createWorldServers(clock, CAPACITY);
  const ports = new Map<number, PortHolder>();
  const kernelLines: string[] = [];
  const heard: (readonly [string, Passive])[] = [];
  let pids = 1000;

  function rule(isKept: boolean, broken: string): void {
    if (!isKept) violations.push(`at ${clock.nowMs()} ms: ${broken}`);
  }

  function othersOnCard(engine: FakeEngine): readonly FakeEngine[] {
    return [...engines.values()].filter((other) => other.card === engine.card && other.name !== engine.name);
  }

  function isAlive(engine: FakeEngine): boolean {
    return engine.leader === 'running' || engine.core === 'running';
  }

  /** The core holds the memory of the card, and the driver gives it back in its own time. */
  function takeMemory(engine: FakeEngine): void {
    const { card, pid, name, temper } = engine;
    const holder: Holder = { card, pid: pid + 1, name, mib: ENGINE_MIB };
    cards.holders.add(holder);
    const giveBack = (): void => void cards.holders.delete(holder);
    engine.leave = () => void clock.after(temper.keepMs, giveBack);
  }

  function endCore(engine: FakeEngine): void {
    if (engine.core === 'gone') return;
    engine.core = 'gone';
    engine.leave();
    const process = { pid: engine.pid + 1, comm: 'VLLM::EngineCor' };
    clock.after(CORE_SEEN_MS, () => engine.isWatched && engine.coreLost(process));
  }

  function end(engine: FakeEngine, exit: Exit, core: 'orphan' | 'gone'): void {
    if (engine.leader === 'exited') return;
    engine.leader = 'exited';
    engine.phase = 'ending';
    if (core === 'gone') endCore(engine);
    failRequests(engine.name);
    engine.exit(exit);
  }

  function failRequests(name: string): void {
    inFlight.set(name, 0);
    idlers.get(name)?.();
    idlers.delete(name);
  }

  function tell(engine: FakeEngine, report: WatchReport): void {
    if (engine.isWatched) engine.report(report);
  }

  function begin(engine: FakeEngine): void {
    const { startMs, warmMs, start } = engine.temper;
    if (start === 'hang') return;
    clock.after(startMs / 2, () => engine.leader === 'running' && engine.write(engine.temper.startWords));
    clock.after(startMs, () => {
      if (start === 'crash') return end(engine, { code: 1, signal: null }, 'orphan');
      tell(engine, { on: 'answering' });
      clock.after(warmMs, () => {
        if (engine.phase !== 'starting' || !engine.isWatched || engine.core === 'gone') return;
        engine.phase = 'serving';
        tell(engine, { on: 'warm', capacity: CAPACITY });
      });
    });
  }

  function mayStart(engine: FakeEngine): void {
    const { name, card } = engine;
    const before = engines.get(name);
    rule(before === undefined || before.isForgotten, `${name} starts beside its own earlier life`);
    for (const other of othersOnCard(engine)) {
      rule(other.isForgotten || other.phase === 'serving', `${name} starts while ${other.name} starts or ends`);
    }
    if (card === cardOf(undefined) || cards.troubles.has(card)) return;
    const held = [...cards.holders].filter((it) => it.card === card);
    const freeMiB = held.reduce((free, it) => free - it.mib, CARD_MIB);
    rule(freeMiB >= ENGINE_MIB, `${name} starts with ${freeMiB} MiB free on ${card}`);
    rule(!held.some((it) => it.name === name), `${name} starts while the card has its earlier life's memory`);
  }

  function spawn({ name }: Command, onLine: (text: string) => void): ProcessGroup {
    const exited = Promise.withResolvers<Exit>();
    const engine: FakeEngine = {
      name,
      card: places.get(name) ?? '',
      pid: (pids += 2),
      temper: { ...(tempers.get(name) ?? CALM) },
      leader: 'running',
      core: 'running',
      phase: 'starting',
      terms: 0,
      isWatched: false,
      isForgotten: false,
      exit: (exit) => exited.resolve(exit),
      report: () => {},
      coreLost: () => {},
      leave: () => {},
      write: onLine,
    };
    mayStart(engine);
    takeMemory(engine);
    engines.set(name, engine);
    spawns.push(name);
    begin(engine);
    return groupOf(engine, exited.promise);
  }

  function groupOf(engine: FakeEngine, exited: Promise<Exit>): ProcessGroup {
    return {
      pid: engine.pid,
      exited,
      outputEnded: exited.then(() => {}),
      members: () => [
        ...(engine.leader === 'running' ? [engine.pid] : []),
        ...(engine.core === 'running' ? [engine.pid + 1] : []),
      ],
      everMembers: () => [engine.pid, engine.pid + 1],
      onVitalDeath(_isVital, lost) {
        engine.coreLost = lost;
        return () => void (engine.coreLost = () => {});
      },
      oomKills: () => 0,
      terminateLeader: () => terminate(engine),
      killGroup() {
        rule(!open.has(engine.name), `${engine.name} is killed while it is open`);
        engine.phase = 'ending';
        clock.after(engine.temper.dieMs, () => {
          end(engine, { code: null, signal: 'SIGKILL' }, 'gone');
          endCore(engine);
        });
      },
      forget() {
        rule(!isAlive(engine), `${engine.name} is forgotten while it lives`);
        engine.isForgotten = true;
      },
    };
  }

  function terminate(engine: FakeEngine): void {
    if (engine.leader === 'exited') return;
    engine.terms += 1;
    rule(engine.terms <= (engine.phase === 'serving' ? 1 : 2), `${engine.name} is asked too often`);
    for (const other of othersOnCard(engine)) {
      rule(other.phase !== 'starting', `${engine.name} is stopped while ${other.name} starts`);
    }
    engine.phase = 'ending';
    const { onTerm, leaveMs } = engine.temper;
    if (onTerm === 'ignore' || (onTerm === 'swallow_one' && engine.terms === 1)) return;
    clock.after(leaveMs, () => end(engine, { code: 0, signal: null }, 'gone'));
  }

  const effects: SupervisorEffects = {
    clock,
    log: silentLog,
    metrics: createMetrics(),
    random,
    unixMs: () => 1_700_000_000_000 + clock.nowMs(),
    processes: {
      sweep: () => Promise.resolve(),
      spawn,
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
    dispatch: {
      open(replica) {
        const isUp = engines.get(replica)?.isForgotten === false || servers.isUp(replica);
        rule(isUp && !open.has(replica), `${replica} is opened in vain`);
        open.add(replica);
      },
      close(replica) {
        rule(open.delete(replica), `${replica} is closed twice`);
        if ((inFlight.get(replica) ?? 0) === 0) return Promise.resolve();
        return new Promise((resolve) => {
          idlers.set(replica, resolve);
        });
      },
      inFlight: (replica) => inFlight.get(replica) ?? 0,
    },
    launch({ engine, replica: { name, gpu } }) {
      if (unlaunchable.has(name)) throw new Error('install vLLM first');
      if (engine.kind === 'external') return undefined;
      places.set(name, cardOf(gpu));
      return { argv: ['engine'], env: {} };
    },
    followStart: () => progressOf,
    isVital: (comm) => comm.startsWith('VLLM::'),
    classifyExit,
    watch({ engine: { kind }, replica: { name } }, report) {
      const note = (passive: Passive): void => void heard.push([name, passive]);
      if (kind === 'external') return { ...servers.watch(name, report), heard: note };
      const engine = engines.get(name);
      if (engine === undefined) throw new Error('nothing to watch');
      Object.assign(engine, { report, isWatched: true });
      return { stop: () => void (engine.isWatched = false), heard: note };
    },
  };

  const living = (name: string): FakeEngine | undefined => {
    const engine = engines.get(name);
    return engine?.leader === 'running' ? engine : undefined;
  };

  function condemn(name: string, verdict: Verdict): void {
    const engine = living(name);
    if (engine?.phase === 'serving') tell(engine, { on: 'verdict', verdict });
  }

  return {
    effects,
    engines,
    servers,
    cards,
    ports,
    kernelLines,
    heard,
    inFlight,
    open,
    unlaunchable,
    violations,
    spawns,
    tempers,
    finishRequests: failRequests,
    crash(name, exit, core) {
      const engine = living(name);
      if (engine !== undefined) end(engine, exit, core);
    },
    loseCore(name) {
      const engine = living(name);
      if (engine === undefined) return;
      endCore(engine);
      clock.after(LEADER_FOLLOWS_MS, () => end(engine, { code: 0, signal: null }, 'gone'));
    },
    write: (name, line) => living(name)?.write(line),
    condemn,
    stall: (name) => condemn(name, { is: 'stalled', forMs: 30_000 }),
    running: () => [...engines.values()].filter(isAlive).map((engine) => engine.name),
  };
}
