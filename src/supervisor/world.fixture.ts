import type { ExitClass, ExitEvidence, StartPhase } from '../engine/index.ts';
import type { Capacity, WatchReport } from '../health/index.ts';
import { createMetrics, silentLog, type Clock } from '../telemetry/index.ts';
import { cardOf } from './card/run.ts';
import type { SupervisorEffects } from './effects.ts';
import type { Command, Exit, ProcessGroup } from './group/process-group.ts';

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
}

export const CALM: Temper = {
  startMs: 20_000,
  warmMs: 1_000,
  start: 'ready',
  startWords: 'phase loading',
  onTerm: 'leave',
  leaveMs: 300,
  dieMs: 20,
};

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
  write: (line: string) => void;
}

/** A host on which nothing is real but the rules. */
export interface World {
  readonly effects: SupervisorEffects;
  /** The newest life of each replica. */
  readonly engines: ReadonlyMap<string, FakeEngine>;
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
  stall(name: string): void;
  /** Health finds it dead, as if its engine would never end by itself. */
  condemn(name: string, because: 'unavailable' | 'timed_out'): void;
  write(name: string, line: string): void;
  /** Processes of any engine that are left. */
  running(): readonly string[];
}

const CAPACITY: Capacity = { kvTokens: 60_000, sequencesMax: 256 };

const LOG_SIGNS = [
  { cause: 'bad_flag', retry: false },
  { cause: 'cuda_out_of_memory', retry: true },
] as const;

/** Believes a line `sign bad_flag`, or the signal, or the code. */
function classifyExit({ code, signal, logTail }: ExitEvidence): ExitClass {
  const sign = LOG_SIGNS.find(({ cause }) => logTail.includes(`sign ${cause}`));
  if (sign !== undefined) return { ...sign, advice: 'read the log', from: 'log' };
  if (signal !== null) return { cause: 'killed', retry: true, advice: 'look', from: 'signal' };
  return { cause: code === 0 ? 'engine_core_died' : 'unknown', retry: true, advice: 'look', from: 'code' };
}

export function createWorld(clock: Clock, random: () => number): World {
  const engines = new Map<string, FakeEngine>();
  const inFlight = new Map<string, number>();
  const open = new Set<string>();
  const unlaunchable = new Set<string>();
  const spawns: string[] = [];
  const tempers = new Map<string, Temper>();
  const cards = new Map<string, string>();
  const idlers = new Map<string, () => void>();
  const violations: string[] = [];
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

  function end(engine: FakeEngine, exit: Exit, core: 'orphan' | 'gone'): void {
    if (engine.leader === 'exited') return;
    engine.leader = 'exited';
    engine.phase = 'ending';
    if (core === 'gone') engine.core = 'gone';
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
        if (engine.phase !== 'starting' || !engine.isWatched) return;
        engine.phase = 'serving';
        tell(engine, { on: 'warm', capacity: CAPACITY });
      });
    });
  }

  function spawn({ name }: Command, onLine: (text: string) => void): ProcessGroup {
    const exited = Promise.withResolvers<Exit>();
    const engine: FakeEngine = {
      name,
      card: cards.get(name) ?? '',
      pid: (pids += 1),
      temper: { ...(tempers.get(name) ?? CALM) },
      leader: 'running',
      core: 'running',
      phase: 'starting',
      terms: 0,
      isWatched: false,
      isForgotten: false,
      exit: (exit) => exited.resolve(exit),
      report: () => {},
      write: onLine,
    };
    const before = engines.get(name);
    rule(before === undefined || before.isForgotten, `${name} starts beside its own earlier life`);
    for (const other of othersOnCard(engine)) {
      rule(other.isForgotten || other.phase === 'serving', `${name} starts while ${other.name} starts or ends`);
    }
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
      terminateLeader: () => terminate(engine),
      killGroup() {
        rule(!open.has(engine.name), `${engine.name} is killed while it is open`);
        engine.phase = 'ending';
        clock.after(engine.temper.dieMs, () => {
          end(engine, { code: null, signal: 'SIGKILL' }, 'gone');
          engine.core = 'gone';
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
    processes: { sweep: () => Promise.resolve(), spawn, removeSocket: () => {}, close: () => Promise.resolve() },
    dispatch: {
      open(replica) {
        const engine = engines.get(replica);
        rule(engine?.isForgotten === false && !open.has(replica), `${replica} is opened in vain`);
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
    launch(plan) {
      if (unlaunchable.has(plan.replica.name)) throw new Error('install vLLM first');
      cards.set(plan.replica.name, cardOf(plan.replica.gpu));
      return { argv: ['engine'], env: {} };
    },
    startPhase: (line): StartPhase | undefined => (line === 'phase loading' ? 'loading' : undefined),
    classifyExit,
    watch(plan, report) {
      const engine = engines.get(plan.replica.name);
      if (engine === undefined) throw new Error('nothing to watch');
      Object.assign(engine, { report, isWatched: true });
      return { stop: () => void (engine.isWatched = false) };
    },
  };

  const living = (name: string): FakeEngine | undefined => {
    const engine = engines.get(name);
    return engine?.leader === 'running' ? engine : undefined;
  };

  return {
    effects,
    engines,
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
    write: (name, line) => living(name)?.write(line),
    condemn(name, because) {
      const engine = living(name);
      if (engine?.phase === 'serving') tell(engine, { on: 'verdict', verdict: { is: 'dead', because } });
    },
    stall(name) {
      const engine = living(name);
      if (engine?.phase === 'serving') tell(engine, { on: 'verdict', verdict: { is: 'stalled', forMs: 30_000 } });
    },
    running: () => [...engines.values()].filter(isAlive).map((engine) => engine.name),
  };
}
