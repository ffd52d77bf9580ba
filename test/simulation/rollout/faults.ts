import { chance, type Scene } from './scene.ts';
import { beginLife, roll, type Life } from './life.ts';

/** What may befall the node of now; in words what it was, `undefined` where it could not be. */
export type Fault = (scene: Scene, life: Life) => string | undefined;

const silent = (): void => {};

function anyReplica({ random }: Scene, { supervisor }: Life): string | undefined {
  const names = supervisor.replicas().map((it) => it.name);
  return names.length === 0 ? undefined : random.pick(names);
}

/** The replica that moves just now, where one does. */
function mover({ supervisor }: Life): string | undefined {
  const move = supervisor.rollout()?.moves.find((it) => it.stage.endsWith('ing') && it.stage !== 'pending');
  return move?.replica;
}

function onAny(what: string, act: (scene: Scene, life: Life, name: string) => void): Fault {
  return (scene, life) => {
    const name = (chance(scene, 0.3) ? mover(life) : undefined) ?? anyReplica(scene, life);
    if (name === undefined) return undefined;
    act(scene, life, name);
    return `${what} ${name}`;
  };
}

/** One that serves in the pool of the replica that moves, or on its card: what its move goes by. */
function neighbour({ random }: Scene, life: Life, by: 'pool' | 'gpu'): string | undefined {
  const all = life.supervisor.replicas();
  const self = all.find((it) => it.name === mover(life));
  const others = all.filter((it) => it.state === 'ready' && it.name !== self?.name && it[by] === self?.[by]);
  return self === undefined || others.length === 0 ? undefined : random.pick(others).name;
}

function crashNeighbour(by: 'pool' | 'gpu'): Fault {
  return (scene, life) => {
    const name = neighbour(scene, life, by);
    if (name === undefined) return undefined;
    life.world.crash(name, { code: 1, signal: null }, 'gone');
    return `crash ${by === 'pool' ? 'in the same pool' : 'on the same card'}`;
  };
}

export const FAULTS: readonly Fault[] = [
  onAny('crash', (_, { world }, name) => world.crash(name, { code: 1, signal: null }, 'gone')),
  onAny('crash', (_, { world }, name) => world.crash(name, { code: null, signal: 'SIGKILL' }, 'orphan')),
  onAny('stall', (_, { world }, name) => world.stall(name)),
  crashNeighbour('pool'),
  crashNeighbour('pool'),
  crashNeighbour('gpu'),
  onAny('requests on', ({ random, agenda }, { world }, name) => {
    if (!world.open.has(name)) return;
    world.inFlight.set(name, random.between(1, 5));
    agenda.after(random.next() * 60_000, () => world.finishRequests(name));
  }),
  onAny('operator restarts', (_, { supervisor }, name) => void supervisor.restart(name, silent)),
  onAny('operator drains', (_, { supervisor, books }, name) => {
    books.drained(name);
    void supervisor.drain(name);
  }),
  onAny('operator resumes', (_, { supervisor }, name) => void supervisor.resume(name)),
  (_, { supervisor }) => (supervisor.pauseRollout().ok ? 'pause' : undefined),
  (_, { supervisor }) => (supervisor.resumeRollout().ok ? 'resume' : undefined),
  (scene, { supervisor }) => (chance(scene, 0.4) && supervisor.abortRollout().ok ? 'abort' : undefined),
];

/** The node is killed, or stops as asked; its next life begins. */
export function restartNode(scene: Scene, life: Life): Life {
  const isKilled = chance(scene, 0.5);
  scene.count(isKilled ? 'node killed' : 'node stopped');
  scene.trace.note(isKilled ? 'FAULT the node is killed' : 'FAULT the node stops');
  if (!isKilled) stopWhole(scene, life);
  life.isAlive = false;
  const next = beginLife(scene);
  scene.agenda.settle();
  const name = chance(scene, 0.3) ? anyReplica(scene, next) : undefined; // before the rollout goes on
  if (name !== undefined) void next.supervisor.restart(name, silent);
  return next;
}

/** A stop leaves nothing behind. */
export function stopWhole(scene: Scene, life: Life): void {
  const { agenda, trace } = scene;
  let isStopped = false;
  life.isStopping = true;
  const hurry = new AbortController();
  agenda.after(scene.random.next() * 60_000, () => hurry.abort());
  void life.supervisor.stop(hurry.signal).then(() => (isStopped = true));
  agenda.settle();
  const untilMs = agenda.nowMs() + 200_000;
  while (!isStopped && agenda.next(untilMs));
  const left = life.world.running();
  if (!isStopped || left.length > 0) trace.broken('world', `a stop leaves ${left.join(', ')}`);
  for (const it of life.world.violations) trace.broken('world', it);
}

/** A rollout that was asked for and not recorded is asked for again. */
export function askAgain(scene: Scene, life: Life): void {
  if (scene.disk === undefined && scene.ending === undefined && !life.isRolling) roll(scene, life);
}
