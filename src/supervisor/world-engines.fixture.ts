import type { Capacity, WatchReport } from '../health/index.ts';
import type { Clock } from '../telemetry/index.ts';
import { cardOf } from './card/run.ts';
import type { Command, Exit, ProcessGroup, VitalProcess } from './group/process-group.ts';
import { CARD_MIB, type Holder, type WorldCards } from './world-cards.fixture.ts';
import { createWorldGroup } from './world-group.fixture.ts';

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
  /** What it takes of it. */
  readonly mib: number;
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

/** Whether a process of it is left. */
function isAlive(engine: FakeEngine): boolean {
  return engine.leader === 'running' || engine.core === 'running';
}

/** What engines of a world live by. */
export interface EngineRooms {
  readonly clock: Clock;
  readonly cards: WorldCards;
  readonly capacity: Capacity;
  readonly tempers: ReadonlyMap<string, Temper>;
  readonly isOpen: (name: string) => boolean;
  readonly failRequests: (name: string) => void;
  readonly rule: (isKept: boolean, broken: string) => void;
}

/** The engines of a world. */
export interface WorldEngines {
  /** The newest life of each replica. */
  readonly newest: ReadonlyMap<string, FakeEngine>;
  readonly spawns: string[];
  /** Where the next life of a replica goes, and what it takes there. */
  readonly places: Map<string, Pick<FakeEngine, 'card' | 'mib'>>;
  spawn(this: void, command: Command, onLine: (text: string) => void): ProcessGroup;
  end(engine: FakeEngine, exit: Exit, core: 'orphan' | 'gone'): void;
  endCore(engine: FakeEngine): void;
  tell(engine: FakeEngine, report: WatchReport): void;
  /** Whose leader runs. */
  living(name: string): FakeEngine | undefined;
  running(): readonly string[];
}

export function createWorldEngines({
  clock,
  cards,
  capacity,
  tempers,
  isOpen,
  failRequests,
  rule,
}: EngineRooms): WorldEngines {
  const engines = new Map<string, FakeEngine>();
  const spawns: string[] = [];
  const places = new Map<string, Pick<FakeEngine, 'card' | 'mib'>>();
  let pids = 1000;

  function othersOnCard(engine: FakeEngine): readonly FakeEngine[] {
    return [...engines.values()].filter((other) => other.card === engine.card && other.name !== engine.name);
  }

  /** The core holds the memory of the card, and the driver gives it back in its own time. */
  function takeMemory(engine: FakeEngine): void {
    const { card, mib, pid, name, temper } = engine;
    const holder: Holder = { card, pid: pid + 1, name, mib };
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
        tell(engine, { on: 'warm', capacity });
      });
    });
  }

  function mayStart(engine: FakeEngine): void {
    const { name, card, mib } = engine;
    const before = engines.get(name);
    rule(before === undefined || before.isForgotten, `${name} starts beside its own earlier life`);
    for (const other of othersOnCard(engine)) {
      rule(other.isForgotten || other.phase === 'serving', `${name} starts while ${other.name} starts or ends`);
    }
    if (card === cardOf(undefined) || cards.troubles.has(card)) return;
    const held = [...cards.holders].filter((it) => it.card === card);
    const freeMiB = held.reduce((free, it) => free - it.mib, CARD_MIB);
    rule(freeMiB >= mib, `${name} starts with ${freeMiB} MiB free on ${card}`);
    rule(!held.some((it) => it.name === name), `${name} starts while the card has its earlier life's memory`);
  }

  function spawn({ name }: Command, onLine: (text: string) => void): ProcessGroup {
    const exited = Promise.withResolvers<Exit>();
    const engine: FakeEngine = {
      name,
      ...(places.get(name) ?? { card: '', mib: 0 }),
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
    return createWorldGroup(engine, exited.promise, { clock, rule, isOpen, othersOnCard, end, endCore });
  }

  return {
    newest: engines,
    spawns,
    places,
    spawn,
    end,
    endCore,
    tell,
    living(name) {
      const engine = engines.get(name);
      return engine?.leader === 'running' ? engine : undefined;
    },
    running: () => [...engines.values()].filter(isAlive).map((engine) => engine.name),
  };
}
