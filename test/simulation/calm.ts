import type { ReplicaStatus } from '../../src/supervisor/index.ts';
import { calmTemper } from './engine/temper.ts';
import type { Scene } from './faults/scene.ts';
import { loadFleet } from './node/configs.ts';
import type { SimulatedNode } from './node/node.ts';
import type { Service } from './service.ts';

/** Longest time until all is well when nothing bad happens any more: card, phases and breaks have limits far below. */
const CALM_MS_MAX = 1_800_000;
/** How often an operator looks. */
const LOOK_MS = 5000;

const silent = (): void => {};

/** The faults cease: from now on everything must come to its proper end, by itself or by an operator's restart. */
export function allIsWell(scene: Scene, unfinished: () => readonly string[]): void {
  cease(scene);
  const { agenda, trace, ledger } = scene.estate.world;
  const untilMs = agenda.nowMs() + CALM_MS_MAX;
  while (trace.violation() === undefined) {
    const left = [...notYet(scene), ...unfinished(), ...ledger.open()];
    if (left.length === 0) break;
    if (agenda.nowMs() >= untilMs) return trace.broken('life', `not well after a long calm: ${left.join('; ')}`);
    attend(scene);
    passTime(scene, LOOK_MS);
  }
  endWell(scene);
}

/** Nobody does anything bad any more, and who did has left. What was broken stays broken. */
function cease({ estate: { weather, world }, service, clients }: Scene): void {
  world.trace.note('the faults cease');
  weather.isStormy = false;
  weather.spawnsToFail = 0;
  for (const leave of weather.strangers) leave();
  clients.stop();
  service.file = 'none';
  reload(service);
  world.agenda.settle();
}

/** Nodes that are at a reload: one that failed is asked for again, one that takes its time is not. */
const reloading = new WeakSet<SimulatedNode>();

function reload(service: Service): void {
  const node = service.node();
  if (node === undefined || reloading.has(node)) return;
  reloading.add(node);
  void node.reloader.reload(silent).then(() => reloading.delete(node));
}

const hasFailed = ({ reloader }: SimulatedNode): boolean => (reloader.last()?.result ?? 'success') !== 'success';

function notYet({ service }: Scene): readonly string[] {
  const node = service.node();
  if (node === undefined || node.isStopping) return ['the node is not up'];
  if (reloading.has(node) || hasFailed(node)) return ['a reload is not done'];
  return node.supervisor
    .replicas()
    .filter(({ state }) => state !== 'ready')
    .map(({ name, state }) => `${name} is ${state}`);
}

/** What an operator does who sees a replica that will not come up by itself. */
function attend(scene: Scene): void {
  const { service, estate } = scene;
  const { world } = estate;
  bringBackElsewhere(scene);
  const last = service.node();
  if (last !== undefined && hasFailed(last)) reload(service);
  const node = service.node();
  if (node === undefined || node.isStopping) return;
  for (const status of node.supervisor.replicas()) {
    const { name, state } = status;
    if (state === 'failed') {
      checkReason(status, (text) => world.trace.broken('life', text));
      void node.supervisor.restart(name, silent);
    }
    if (state === 'stopped') void node.supervisor.restart(name, silent);
    if (state === 'draining') void node.supervisor.resume(name);
  }
}

/** Whoever runs the other engines starts those that are gone. */
function bringBackElsewhere({ estate: { world, engines }, elsewhere }: Scene): void {
  for (const { name, place } of elsewhere) {
    const isThere = engines.living().some((it) => it.order.place === place && !it.isLeaderGone);
    if (!isThere) engines.spawnElsewhere({ name, gpu: undefined, mib: 0, place }, calmTemper(world));
  }
}

function checkReason({ name, lastExit }: ReplicaStatus, broken: (text: string) => void): void {
  if (lastExit === undefined || lastExit.advice === '') broken(`${name} is failed and nobody knows why`);
}

function passTime({ estate: { world } }: Scene, ms: number): void {
  const untilMs = world.agenda.nowMs() + ms;
  while (world.agenda.next(untilMs));
}

/** All replicas of the file are there and ready; then the service stops and leaves nothing. */
function endWell(scene: Scene): void {
  const { service, estate } = scene;
  const { trace } = estate.world;
  const node = service.node();
  if (trace.violation() !== undefined || node === undefined) return;
  const wanted = namesIn(scene);
  const there = node.supervisor.replicas().map((it) => it.name);
  if (wanted.toSorted().join() !== there.toSorted().join())
    trace.broken('life', `there are ${there.join()} instead of ${wanted.join()}`);
  for (const name of there) {
    if (node.queue.inFlight(name) > 0) trace.broken(1, `${name} still has ${node.queue.inFlight(name)} in flight`);
  }
  const before = node.pulse.life;
  service.stop();
  passTime(scene, 60_000);
  if (service.node()?.pulse.life === before) trace.broken('life', 'the node does not stop');
}

function namesIn({ service, fleet }: Scene): readonly string[] {
  const result = loadFleet(fleet, service.file);
  return result.ok ? result.layered.config.replicas.map((it) => it.name) : [];
}
