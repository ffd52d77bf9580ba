import type { Exit } from '../../../src/supervisor/index.ts';
import type { World } from '../world/world.ts';
import { endLeader } from './endings.ts';
import { CORE_COMM, isAlive, type Engine, type Order } from './engine.ts';
import { listen } from './listen.ts';
import { beginStart } from './start.ts';
import type { Temper } from './temper.ts';

/** What whoever spawned an engine hears of it. */
export interface Parent {
  readonly node: number | undefined;
  write(line: string): void;
  exited(exit: Exit): void;
  outputEnded(): void;
}

/** All engines there ever were whose processes, or memory, may be left. */
export interface Engines {
  spawn(order: Order, temper: Temper, parent: Parent): Engine;
  /** An engine that somebody else runs, which serves at once. */
  spawnElsewhere(order: Order, temper: Temper): Engine;
  /** The living, and the last that are gone. */
  all(): readonly Engine[];
  /** Those of which a process is left. */
  living(): readonly Engine[];
  /** The living one of this name whose leader runs. */
  find(name: string): Engine | undefined;
}

/** Lives that are remembered although nothing of them is left: a driver may still keep their memory. */
const REMEMBERED_MAX = 64;

export function createEngines(world: World): Engines {
  let engines: Engine[] = [];

  function begin(order: Order, temper: Temper, parent: Parent): Engine {
    const { pid } = world.host.spawn('vllm');
    const engine: Engine = {
      order,
      temper,
      node: parent.node,
      leader: pid,
      pids: new Set([pid]),
      core: undefined,
      isLeaderGone: false,
      isCoreGone: false,
      isFrozen: false,
      isHung: false,
      mood: undefined,
      hadMood: false,
      isForgiven: false,
      isOpen: false,
      hasServed: false,
      isReady: false,
      terms: 0,
      kills: 0,
      isIll: false,
      measuring: 'no',
      exchanges: new Set(),
      generations: new Set(),
      held: [],
      steps: 0,
      write: (line) => parent.write(line),
      exited: (exit) => parent.exited(exit),
      outputEnded: () => parent.outputEnded(),
      onCoreLost: undefined,
    };
    if (engines.length > REMEMBERED_MAX) engines = engines.filter(isAlive);
    engines.push(engine);
    return engine;
  }

  world.cards.onChange((gpu, pid, byMiB) => {
    for (const engine of engines) {
      if (engine.measuring !== 'yes' || engine.order.gpu !== gpu || engine.pids.has(pid) || !isAlive(engine)) continue;
      engine.measuring = byMiB > 0 ? 'disturbed_by_taking' : 'disturbed_by_freeing';
    }
  });

  return {
    spawn(order, temper, parent) {
      const engine = begin(order, temper, parent);
      beginStart(world, engine);
      return engine;
    },
    spawnElsewhere(order, temper) {
      const nobody: Parent = { node: undefined, write: () => {}, exited: () => {}, outputEnded: () => {} };
      const engine = begin(order, temper, nobody);
      engine.core = world.host.spawn(CORE_COMM, engine.leader).pid;
      engine.hasServed = true;
      listen(world, engine);
      return engine;
    },
    all: () => engines,
    living: () => engines.filter(isAlive),
    find: (name) => engines.findLast((it) => it.order.name === name && !it.isLeaderGone),
  };
}

/** Somebody else ends it. */
export function endElsewhere(world: World, engine: Engine): void {
  endLeader(world, engine, { code: 0, signal: null }, 'follows');
}
