import { createRandom } from '../../support/random.ts';
import { createAgenda, withTurns, type Turns } from '../agenda.ts';
import { createTrace, type Violation } from '../trace.ts';
import { anyChange } from './change.ts';
import { askAgain, FAULTS, restartNode, stopWhole } from './faults.ts';
import { beginLife, roll, type Life } from './life.ts';
import { chance, type Rule, type Scene } from './scene.ts';
import { isWhole } from './whole.ts';

/** How one story is told. */
export interface Telling {
  readonly seed: number;
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

const FAULTS_MAX = 8;
const PAUSE_MS_MAX = 40_000;
/** Of faults that fall upon the node itself. */
const RESTARTS = 0.08;
/** Of stories in which nothing goes wrong but what plans bring. */
const QUIET = 0.25;
/** Of rollouts that are asked for while replicas still start. */
const EARLY = 0.2;
/** Of rollouts that begin while engines come back. */
const BUSY = 0.2;
/** Every deadline of every move, and more. */
const END_MS = 12 * 3_600_000;

/** Tells the story of one seed: a fleet, a change of it, and what comes between. The same seed tells the same. */
export function simulate(telling: Telling): Told {
  return withTurns((turns) => tell(telling, turns));
}

function tell({ seed, traceLinesMax }: Telling, turns: Turns): Told {
  const agenda = createAgenda(turns);
  const random = createRandom(seed);
  const counts = new Map<string, number>();
  const trace = createTrace<Rule>(traceLinesMax, () => agenda.nowMs());
  const scene: Scene = {
    agenda,
    random,
    trace,
    change: anyChange(random),
    disk: undefined,
    ending: undefined,
    isCalm: false,
    count: (what) => void counts.set(what, (counts.get(what) ?? 0) + 1),
  };
  try {
    happen(scene);
  } catch (error) {
    trace.broken('error', error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  scene.count(`rollouts ${scene.ending?.result ?? 'without an end'}`);
  if ((scene.ending?.revertFailed.length ?? 0) > 0) scene.count('rollouts with replicas that did not come back');
  return { violation: trace.violation(), trace: trace.lines(), counts, simulatedMs: agenda.nowMs() };
}

function happen(scene: Scene): void {
  const { random } = scene;
  const { request } = scene.change;
  scene.trace.note(
    request.moves.map((it) => `${it.replica}${it.from ? '' : ' added'}${it.to ? '' : ' removed'}`).join(', '),
  );
  const fates = new Map(scene.change.fates);
  for (const plan of scene.change.old.values()) scene.change.fates.set(plan, 'well'); // as it starts, all is well
  let life = beginLife(scene);
  const isEarly = chance(scene, EARLY);
  pass(scene, life, isEarly ? random.next() * 60_000 : 600_000);
  for (const [plan, fate] of fates) scene.change.fates.set(plan, fate);
  const isQuiet = chance(scene, QUIET);
  scene.isCalm = isQuiet;
  if (!isQuiet && chance(scene, BUSY)) crashSome(scene, life);
  roll(scene, life);
  if (!isQuiet) life = befall(scene, life);
  scene.isCalm = true;
  untilItEnds(scene, life);
  const isWell = isQuiet && !isEarly && [...scene.change.new.values()].every((plan) => fates.get(plan) === 'well');
  if (isWell) scene.count('rollouts with nothing wrong');
  if (isWell && scene.ending?.result !== 'done') scene.trace.broken('done', `it ended ${scene.ending?.result}`);
  if (scene.trace.violation() !== undefined) return;
  isWhole(scene, life);
  stopWhole(scene, life);
}

/** Cards are busy with starts when the rollout begins. */
function crashSome(scene: Scene, { world, supervisor }: Life): void {
  for (const { name } of supervisor.replicas()) {
    if (chance(scene, 0.4)) world.crash(name, { code: 1, signal: null }, 'gone');
  }
  pass(scene, { world }, 1_500);
}

function befall(scene: Scene, first: Life): Life {
  const { random, trace } = scene;
  let life = first;
  const faults = random.between(1, FAULTS_MAX);
  for (let fault = 0; fault < faults && trace.violation() === undefined; fault += 1) {
    pass(scene, life, random.next() ** 2 * PAUSE_MS_MAX);
    if (chance(scene, RESTARTS)) {
      life = restartNode(scene, life);
      scene.agenda.settle();
      askAgain(scene, life);
      continue;
    }
    const what = random.pick(FAULTS)(scene, life);
    if (what === undefined) continue;
    scene.count(what.replace(/ \w+-\d$/, ''));
    trace.note(`FAULT ${what}`);
    scene.agenda.settle();
  }
  return life;
}

/** Lets time pass, as long as the rules are kept. */
function pass(scene: Scene, { world }: Pick<Life, 'world'>, ms: number): void {
  const { agenda, trace } = scene;
  agenda.settle();
  const untilMs = agenda.nowMs() + ms;
  while (trace.violation() === undefined && agenda.next(untilMs)) {
    const [broken] = world.violations;
    if (broken !== undefined) trace.broken('world', broken);
  }
}

function untilItEnds(scene: Scene, life: Life): void {
  const { agenda, trace } = scene;
  const untilMs = agenda.nowMs() + END_MS;
  while (scene.ending === undefined && trace.violation() === undefined && agenda.nowMs() < untilMs) {
    life.supervisor.resumeRollout();
    pass(scene, life, 1_000);
  }
  if (scene.ending === undefined) trace.broken('end', 'the rollout does not end');
}
