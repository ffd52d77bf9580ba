import { createRandom } from '../../support/random.ts';
import { createAgenda, withTurns, type Turns } from '../agenda.ts';
import { createTrace, type Violation } from '../trace.ts';
import { chance } from '../world/world.ts';
import { watchAbsence } from './absence.ts';
import { createAmbush } from './ambush.ts';
import { createBooks } from './books.ts';
import { allIsWell, passTime } from './calm.ts';
import { createClients } from './clients.ts';
import { FAULTS, type Fault, type Stage } from './faults.ts';
import { CAPACITY, createHost, type HostPlan } from './host.ts';
import type { Setting } from './process.ts';
import { createSimulatedRedis } from './redis/redis.ts';
import { POOL, type Rule, type Scene } from './scene.ts';
import { createWires, type Wires } from './wires.ts';

/** How one story is told. */
export interface Telling {
  readonly seed: number;
  readonly faults: number;
  /** Events that are kept of its end. */
  readonly traceLinesMax: number;
}

/** What came of it. */
export interface Told {
  readonly violation: Violation<Rule> | undefined;
  readonly trace: readonly string[];
  /** How often what came about. */
  readonly counts: ReadonlyMap<string, number>;
  readonly simulatedMs: number;
}

/** Pauses between two faults: mostly short; now and then long enough for all to settle. */
const PAUSE_MS_MAX = 12_000;
/** Share of faults that fall upon the one before. */
const AT_ONCE = 0.15;
/** Share of all kinds of faults that one story knows: what seldom meets in all of them meets often in some. */
const KINDS_SHARE = 0.5;
const START_MS = 12_000;

/** Tells the story of one seed: several hosts through their faults, until all is well again. The same seed tells the same. */
export function simulate(telling: Telling): Told {
  return withTurns((turns) => tell(telling, turns));
}

function tell({ seed, faults, traceLinesMax }: Telling, turns: Turns): Told {
  const scene = createScene(seed, traceLinesMax, turns);
  const { agenda, random, trace, books } = scene;
  const setting: Setting = {
    leaseS: random.pick([3, 5, 10]),
    onRedisDown: random.pick(['degraded', 'refuse']),
    maxDepth: random.pick([20, 500]),
  };
  const plans = anyPlans(scene);
  const hosts = plans.map((plan) => createHost(scene, plan, setting));
  const stage: Stage = { scene, hosts, leaseMs: setting.leaseS * 1_000 };
  const replicas = plans.reduce((sum, it) => sum + it.replicas.length, 0);
  const clients = createClients(scene, hosts, (300 + random.next() * 1_500) / replicas);
  try {
    for (const host of hosts) host.start();
    passTime(stage, START_MS);
    clients.begin();
    watchAbsence(stage);
    befall(stage, faults);
    clients.stop();
    if (trace.violation() === undefined) allIsWell(stage);
  } catch (error) {
    trace.broken('error', error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  return { violation: trace.violation(), trace: trace.lines(), counts: books.counts, simulatedMs: agenda.nowMs() };
}

function createScene(seed: number, traceLinesMax: number, turns: Turns): Scene {
  const agenda = createAgenda(turns);
  const random = createRandom(seed);
  const trace = createTrace<Rule>(traceLinesMax, () => agenda.nowMs());
  const books = createBooks(trace, CAPACITY);
  const ambush = createAmbush();
  let counted = 0;
  const redis = createSimulatedRedis({
    agenda,
    random,
    note: (text) => trace.note(text),
    bell: (pool) => wires.ring(pool),
    applied(pool, commit, reply) {
      books.applied(
        commit,
        reply,
        redis.machineOf(pool).line.map((it) => it.entry),
      );
      ambush.applied(commit.life, reply);
    },
  });
  const wires: Wires = createWires(agenda, random, (node) => redis.isAway(node));
  return { agenda, random, trace, redis, wires, books, ambush, count: () => (counted += 1) };
}

/** Two to four hosts with about four replicas each; one serves clients and one has engines in any case. */
function anyPlans({ random }: Scene): readonly HostPlan[] {
  return Array.from({ length: random.between(2, 4) }, (_, at) => {
    const roles = at === 0 ? 'both' : random.pick(['both', 'both', 'gateway', 'worker']);
    const replicas = roles === 'gateway' ? 0 : random.between(2, 5);
    return {
      name: `h${at + 1}`,
      isGateway: roles !== 'worker',
      replicas: Array.from({ length: replicas }, (_unused, number) => `${POOL}-${number}`),
    };
  });
}

/** One fault after the other. */
function befall(stage: Stage, faults: number): void {
  const { scene } = stage;
  const { random, trace, agenda, books } = scene;
  const kinds = kindsOf(scene);
  for (let fault = 0; fault < faults && trace.violation() === undefined; fault += 1) {
    passTime(stage, chance(scene, AT_ONCE) ? 0 : random.next() ** 2 * PAUSE_MS_MAX);
    const [kind, befalls] = random.pick(kinds);
    const what = befalls(stage);
    if (what !== undefined) {
      books.counts.set(`fault: ${kind}`, (books.counts.get(`fault: ${kind}`) ?? 0) + 1);
      trace.note(`FAULT ${kind}: ${what}`);
    }
    agenda.settle();
  }
}

function kindsOf(scene: Scene): readonly (readonly [string, Fault])[] {
  const all = [...FAULTS];
  const some = all.filter(() => chance(scene, KINDS_SHARE));
  return some.length === 0 ? all : some;
}
