import type { Capacity, Passive, Verdict } from '../health/index.ts';
import { createMetrics, type Clock } from '../telemetry/index.ts';
import type { SupervisorEffects } from './effects.ts';
import type { Exit, PortHolder } from './group/process-group.ts';
import { createWorldDispatch, type WorldDispatch } from './world-dispatch.fixture.ts';
import { createWorldCards, type WorldCards } from './world-cards.fixture.ts';
import { worldEffects } from './world-effects.fixture.ts';
import {
  createWorldEngines,
  LEADER_FOLLOWS_MS,
  type FakeEngine,
  type Temper,
  type WorldEngines,
} from './world-engines.fixture.ts';
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

  const parts = { clock, random, metrics, engines, servers, cards, ports, kernelLines, heard, unlaunchable, dispatch };
  return {
    effects: worldEffects(parts),
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
    ...createMishaps(engines, clock),
    running: () => engines.running(),
  };
}

/** What becomes of the engines of this world. */
function createMishaps(
  engines: WorldEngines,
  clock: Clock,
): Pick<World, 'crash' | 'loseCore' | 'write' | 'condemn' | 'stall'> {
  function condemn(name: string, verdict: Verdict): void {
    const engine = engines.living(name);
    if (engine?.phase === 'serving') engines.tell(engine, { on: 'verdict', verdict });
  }
  return {
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
  };
}
