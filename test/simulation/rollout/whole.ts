import type { ReplicaPlan } from '../../../src/engine/index.ts';
import type { Life } from './life.ts';
import type { Scene } from './scene.ts';

const TRIES_MAX = 5;
const WAIT_MS = 900_000;

/** Once a rollout has ended, and nothing is wrong any more, all is new or all is old, and all of it serves. */
export function isWhole(scene: Scene, life: Life): void {
  const { change, ending, trace } = scene;
  const wanted = ending?.result === 'done' ? change.new : change.old;
  if (ending?.result === 'refused') trace.broken('whole', `it was refused: ${ending.cause}`);
  checkPlans(scene, life, wanted);
  for (const plan of change.fates.keys()) change.fates.set(plan, 'well');
  for (let tries = 0; tries < TRIES_MAX && !allServe(life); tries += 1) helpUp(scene, life);
  if (!allServe(life)) {
    const states = life.supervisor.replicas().map((it) => `${it.name} ${it.state}`);
    trace.broken('whole', `some do not come back: ${states.join(', ')}`);
  }
  checkLaunches(scene, life, wanted);
  for (const it of life.world.violations) trace.broken('world', it);
}

/** An operator sees to what is down, and waits. */
function helpUp({ agenda }: Scene, life: Life): void {
  const { supervisor, world } = life;
  for (const { name, state } of supervisor.replicas()) {
    world.finishRequests(name);
    void supervisor.resume(name);
    if (state === 'failed' || state === 'starting') void supervisor.restart(name, () => {});
  }
  agenda.settle();
  const untilMs = agenda.nowMs() + WAIT_MS;
  while (!allServe(life) && agenda.next(untilMs));
}

function checkPlans({ trace }: Scene, { supervisor }: Life, wanted: ReadonlyMap<string, ReplicaPlan>): void {
  const names = supervisor.replicas().map((it) => it.name);
  if (names.toSorted().join() !== [...wanted.keys()].toSorted().join()) {
    trace.broken('whole', `there are ${names.join(', ')} in place of ${[...wanted.keys()].join(', ')}`);
  }
  for (const { name, model } of supervisor.replicas()) {
    if (model !== wanted.get(name)?.pool.servedName) trace.broken('whole', `${name} is not as it should be: ${model}`);
  }
}

/** What serves was started with the plan that it should have. */
function checkLaunches({ trace }: Scene, { books }: Life, wanted: ReadonlyMap<string, ReplicaPlan>): void {
  for (const [name, plan] of wanted) {
    if (books.plans.get(name) !== plan) trace.broken('whole', `${name} runs another plan`);
  }
}

function allServe({ supervisor, world }: Life): boolean {
  return supervisor
    .replicas()
    .every(({ name }) => world.open.has(name) && (world.openings.get(name)?.kvTokens ?? 0) >= 60_000);
}
