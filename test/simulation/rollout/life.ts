import type { ReplicaPlan } from '../../../src/engine/index.ts';
import { createSupervisor, standings, type RolloutRecord, type Supervisor } from '../../../src/supervisor/index.ts';
import { createWorld, type World } from '../../../src/supervisor/world.fixture.ts';
import { CALM, type Temper } from '../../../src/supervisor/world-engines.fixture.ts';
import { createSilentMetrics } from '../silent-metrics.ts';
import { createBooks, type Books } from './books.ts';
import { createChecks } from './checks.ts';
import { chance, type Fate, type Scene } from './scene.ts';

/** One life of a node, with a world of its own: its engines end with it. */
export interface Life {
  readonly world: World;
  readonly supervisor: Supervisor;
  readonly books: Books;
  isAlive: boolean;
  isStopping: boolean;
  /** Whether a rollout is under way, as far as its caller knows. */
  isRolling: boolean;
}

const metrics = createSilentMetrics();
/** Starts that fail of themselves, now and then. */
const MISHAPS = 0.04;

/** A node that starts as its disk says, and goes on with what it was in. */
export function beginLife(scene: Scene): Life {
  const { agenda, random, change, disk } = scene;
  const world = createWorld(agenda, () => random.next(), metrics);
  const { plans, leftOut, moved } = plansAtStart(scene);
  const books = createBooks(scene, { world, supervisor: () => supervisor, moved });
  const { dispatch } = world.effects;
  const supervisor = createSupervisor(plans, {
    ...world.effects,
    dispatch: {
      ...dispatch,
      open(replica, pool, capacity, model, share) {
        books.opened(replica, { ...capacity, kvTokens: capacity.kvTokens * share }, model);
        dispatch.open(replica, pool, capacity, model, share);
      },
      end(replica, ending) {
        if (ending === 'asked' && life.isAlive && !life.isStopping) books.ended(replica);
        dispatch.end(replica, ending);
      },
      close(replica) {
        if (!life.isStopping) books.closed(replica);
        return dispatch.close(replica);
      },
    },
    launch(plan) {
      books.launched(plan);
      const { name } = plan.replica;
      const fate = change.fates.get(plan) ?? 'well';
      world.tempers.set(name, temperOf(scene, fate));
      if (plan.engine.kind === 'external') world.servers.start(name);
      if (fate === 'dies')
        agenda.after(40_000 + random.next() * 60_000, () => world.crash(name, { code: 1, signal: null }, 'gone'));
      return world.effects.launch(plan);
    },
  });
  const life: Life = { world, supervisor, books, isAlive: true, isStopping: false, isRolling: false };
  supervisor.onTransition((status) => scene.trace.note(`${status.name} is ${status.state}`));
  void supervisor.start(leftOut).then(() => {
    if (disk !== undefined) roll(scene, life, disk); // also one that is over, where the word of that was lost
  });
  return life;
}

/** Asks for the rollout of the story. */
export function roll(scene: Scene, life: Life, resumed?: RolloutRecord): void {
  const { request } = scene.change;
  const checks = createChecks(scene, life.books, () => life.isAlive);
  life.isRolling = true;
  scene.ending = undefined;
  void life.supervisor.roll(resumed === undefined ? request : { ...request, resumed }, checks).then((ending) => {
    if (!life.isAlive) return;
    life.isRolling = false;
    scene.trace.note(`ended: ${ending.result} ${ending.cause ?? ''} ${ending.revertFailed.join(' ')}`);
    if (ending.result !== 'interrupted') scene.ending = ending;
  });
}

function plansAtStart(scene: Scene) {
  const { change, disk } = scene;
  const standing = disk === undefined ? new Map<string, string>() : standings(disk);
  const plans: ReplicaPlan[] = [];
  const leftOut = new Set<string>();
  const moved = new Set<string>();
  for (const name of new Set([...change.old.keys(), ...change.new.keys()])) {
    const is = standing.get(name) ?? 'from';
    const plan = is === 'to' ? change.new.get(name) : change.old.get(name);
    if (is === 'to') moved.add(name);
    if (is !== 'down' && plan !== undefined) plans.push(plan);
    // One that only the rollout starts may be known already, to keep its place.
    const isKnown = is === 'down' && plan !== undefined && change.new.has(name) && chance(scene, 0.5);
    if (isKnown) plans.push(plan);
    if (isKnown) leftOut.add(name);
  }
  return { plans, leftOut, moved };
}

function temperOf(scene: Scene, fate: Fate): Temper {
  const { random } = scene;
  const temper: Temper = {
    ...CALM,
    startMs: 1_000 + random.next() * 30_000,
    leaveMs: random.next() * 3_000,
    dieMs: random.next() * 1_000,
    keepMs: random.next() ** 4 * 5_000,
    onTerm: random.pick(['leave', 'leave', 'swallow_one', 'ignore']),
  };
  if (fate === 'never_starts') return { ...temper, start: 'crash', startWords: 'sign bad_flag' };
  if (fate === 'crashes') return { ...temper, start: 'crash' };
  if (fate === 'hangs') return { ...temper, start: 'hang' };
  return !scene.isCalm && chance(scene, MISHAPS) ? { ...temper, start: 'crash' } : temper;
}
