import type { OperationResult } from '../../src/supervisor/index.ts';
import { withTurns, type Turns } from './agenda.ts';
import { allIsWell } from './calm.ts';
import type { Elsewhere, Fault, Scene } from './faults/scene.ts';
import { FAULTS } from './faults/table.ts';
import { createClients } from './load/clients.ts';
import { FLEET_COUNT, configOf } from './node/configs.ts';
import type { SimulatedNode } from './node/node.ts';
import { createSimulatedRedis } from './node/store.ts';
import { createService } from './service.ts';
import { createTally, type Tally } from './tally.ts';
import type { Violation } from './trace.ts';
import { createEstate } from './world/create-world.ts';
import { calmTemper } from './engine/temper.ts';
import { chance, type World } from './world/world.ts';

/** How one story is told. */
export interface Telling {
  readonly seed: number;
  /** Faults come until so many transitions were made. */
  readonly transitions: number;
  /** Events that are kept of its end. */
  readonly traceLinesMax: number;
}

/** What came of it. */
export interface Told {
  readonly violation: Violation | undefined;
  readonly trace: readonly string[];
  readonly tally: Tally;
  readonly simulatedMs: number;
}

/** Pauses between two faults: mostly short; now and then long enough to earn trust back. */
const PAUSE_MS_MAX = 60_000;
const REST_MS_MAX = 600_000;
const RESTS = 0.01;
/** Share of faults that fall upon the one before. */
const AT_ONCE = 0.15;
/** Share of all kinds of faults that one story knows: what seldom meets in all of them meets often in some. */
const KINDS_SHARE = 0.5;

/** Tells the story of one seed: a service through its faults, until all is well again. The same seed tells the same. */
export function simulate(telling: Telling): Told {
  return withTurns((turns) => tell(telling, turns));
}

function tell({ seed, transitions, traceLinesMax }: Telling, turns: Turns): Told {
  const tally = createTally();
  const fleet = seed % FLEET_COUNT;
  const { quarantineMs } = configOf(fleet, 'none').queue;
  const estate = createEstate({ seed, turns, traceLinesMax, quarantineMs });
  const { world } = estate;
  const redis = createSimulatedRedis(world.agenda);
  const service = createService(estate, redis, fleet, tally);
  const clients = createClients(world, tally, () => service.node());
  service.onDeath = () => clients.nodeDied();
  const underWay = new Map<symbol, Operation>();
  const scene: Scene = {
    estate,
    service,
    clients,
    redis,
    fleet,
    elsewhere: elsewhereOf(fleet),
    awaited: (what, node, operation) => follow(underWay, { what, node }, operation),
  };
  for (const { name, place } of scene.elsewhere) {
    estate.engines.spawnElsewhere({ name, gpu: undefined, mib: 0, place }, calmTemper(world));
  }
  try {
    service.start();
    turns.run();
    befall(scene, tally, transitions);
    if (world.trace.violation() === undefined) allIsWell(scene, () => unfinished(underWay));
  } catch (error) {
    world.trace.broken('life', String(error));
  }
  return { violation: world.trace.violation(), trace: world.trace.lines(), tally, simulatedMs: world.agenda.nowMs() };
}

/** One fault after the other. */
function befall(scene: Scene, tally: Tally, transitions: number): void {
  const { world } = scene.estate;
  const { agenda, random, trace } = world;
  const kinds = kindsOf(world);
  // Not all kinds of faults lead to transitions for ever: where all is drained, say.
  for (let faults = 0; faults < transitions && tally.total() < transitions; faults += 1) {
    if (trace.violation() !== undefined) return;
    const untilMs = agenda.nowMs() + pauseMs(world);
    while (agenda.next(untilMs) && trace.violation() === undefined);
    const [kind, fault] = random.pick(kinds);
    const what = fault(scene);
    if (what !== undefined) {
      tally.fault(kind);
      trace.note(`FAULT ${kind}: ${what}`);
    }
    agenda.settle();
  }
}

function pauseMs(world: World): number {
  if (chance(world, AT_ONCE)) return 0;
  return world.random.next() ** 4 * (chance(world, RESTS) ? REST_MS_MAX : PAUSE_MS_MAX);
}

function kindsOf(world: World): readonly (readonly [string, Fault])[] {
  const all = [...FAULTS];
  const some = all.filter(() => chance(world, KINDS_SHARE));
  return some.length === 0 ? all : some;
}

function elsewhereOf(fleet: number): readonly Elsewhere[] {
  return configOf(fleet, 'more').replicas.flatMap(({ name, url }) =>
    url === undefined ? [] : [{ name, place: url.replace('http://', '') }],
  );
}

/** Something that was asked of a node. */
interface Operation {
  readonly what: string;
  readonly node: SimulatedNode;
}

function follow(underWay: Map<symbol, Operation>, operation: Operation, end: Promise<OperationResult>): void {
  const key = Symbol(operation.what);
  underWay.set(key, operation);
  void end.then(() => underWay.delete(key));
}

function unfinished(underWay: ReadonlyMap<symbol, Operation>): readonly string[] {
  return [...underWay.values()].filter(({ node }) => node.pulse.isAlive).map(({ what }) => what);
}
