import type { OperationResult } from '../../../src/supervisor/index.ts';
import { BAD_CHANGES, GOOD_CHANGES, type Change } from '../node/configs.ts';
import type { SimulatedNode } from '../node/node.ts';
import { later, type Fault, type Scene } from './scene.ts';

const silent = (): void => {};

/** A command on one replica. */
function command(what: string, act: (node: SimulatedNode, replica: string) => Promise<OperationResult>): Fault {
  return (scene) => {
    const node = scene.service.node();
    const names = node?.supervisor.replicas().map((it) => it.name) ?? [];
    if (node === undefined || names.length === 0) return undefined;
    const name = scene.estate.world.random.pick(names);
    scene.awaited(`${what} ${name}`, node, act(node, name));
    return name;
  };
}

/** The file changes, and is read again. */
function reload(changes: readonly Change[]): Fault {
  return (scene) => {
    const { service } = scene;
    const node = service.node();
    if (node === undefined) return undefined;
    service.file = scene.estate.world.random.pick(changes);
    scene.awaited(`reload of ${service.file}`, node, reloaded(node));
    return service.file;
  };
}

async function reloaded({ reloader }: SimulatedNode): Promise<OperationResult> {
  const ending = await reloader.reload(silent);
  return ending.result === 'success' ? { ok: true } : { ok: false, message: ending.message };
}

function kill(guard: 'lives' | 'dies'): Fault {
  return ({ service }) => {
    service.kill(guard);
    return `the guard ${guard}`;
  };
}

function stop({ service }: Scene): string | undefined {
  const node = service.node();
  service.stop();
  return node === undefined ? undefined : `${node.pulse.life}`;
}

function stopInAHurry(scene: Scene): string | undefined {
  const node = scene.service.node();
  if (node === undefined) return undefined;
  scene.service.stop();
  later(scene, 0, 10_000, () => node.pulse.isAlive && node.hurry.abort());
  return `${node.pulse.life}`;
}

function release({ estate: { world }, service }: Scene): string | undefined {
  const node = service.node();
  if (node === undefined) return undefined;
  world.ledger.released();
  void node.queue.release('all');
  return 'all';
}

/** Other clients from now on. */
function changeLoad({ estate: { world }, clients }: Scene): string {
  const everMs = 100 + world.random.next() ** 2 * 20_000;
  const poison = world.random.pick([0, 0, 0, 0.02, 0.2]);
  clients.begin({ everyMs: everMs, poison });
  return `every ${Math.round(everMs)} ms, ${poison} of it poison`;
}

/** What operators, clients and the init system may do. */
export const OPERATOR_FAULTS = {
  restart: command('restart', (node, name) => node.supervisor.restart(name, silent)),
  drain: command('drain', (node, name) => node.supervisor.drain(name)),
  resume: command('resume', (node, name) => node.supervisor.resume(name)),
  good_reload: reload(GOOD_CHANGES),
  bad_reload: reload(BAD_CHANGES),
  node_killed: kill('lives'),
  node_and_guard_killed: kill('dies'),
  node_stopped: stop,
  node_stopped_in_a_hurry: stopInAHurry,
  quarantine_released: release,
  load_changed: changeLoad,
} satisfies Record<string, Fault>;
