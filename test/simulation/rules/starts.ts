import type { CardReading } from '../../../src/supervisor/index.ts';
import { isAlive, type Engine, type Order } from '../engine/engine.ts';
import type { World } from '../world/world.ts';

/** What of the world decides whether an engine may start now. */
export interface Scene {
  readonly world: World;
  /** The living, and those that are gone but whose memory may be kept. */
  readonly engines: readonly Engine[];
  /** The life of the node that starts it. */
  readonly node: number;
  /** What the node saw of the card last. */
  readonly seen: CardReading | undefined;
}

/** Invariants 4 and 10 at a start. */
export function checkStart(order: Order, { world, engines, node, seen }: Scene): void {
  const { trace } = world;
  for (const other of engines.filter(isAlive)) {
    if (other.node === undefined) continue;
    const who = `${other.order.name} (${other.leader})`;
    if (other.node !== node) trace.broken(10, `${order.name} starts although ${who} of an earlier node is left`);
    else if (other.order.name === order.name) trace.broken(4, `${order.name} starts before its last process is gone`);
    else if (other.order.gpu !== order.gpu) continue;
    else if (isEnding(other)) trace.broken(4, `${order.name} starts while ${who} ends on its card`);
    else if (isStarting(other)) trace.broken(4, `${order.name} starts while ${who} starts on its card`);
  }
  if (order.gpu !== undefined && seen?.is === 'read')
    checkMemory(
      order,
      order.gpu,
      engines.filter((it) => it.node === node),
      world,
    );
}

/** Whoever looked at the card has seen that the memory is there, and nobody's who is gone. */
function checkMemory({ name, mib }: Order, gpu: number, engines: readonly Engine[], { cards, trace }: World): void {
  const freeMiB = cards.freeMiB(gpu);
  if (freeMiB < mib) trace.broken(4, `${name} starts with ${freeMiB} of ${mib} MiB free on card ${gpu}`);
  for (const { pid } of cards.holders(gpu)) {
    const former = engines.find((it) => !isAlive(it) && !it.isForgiven && it.pids.has(pid));
    if (former !== undefined) {
      trace.broken(4, `${name} starts while card ${gpu} lists ${pid} of ${former.order.name}, which is gone`);
    }
  }
}

/** Invariant 4 at a SIGTERM that an operator or a reload asked for. */
export function checkStop(engine: Engine, { world, engines }: Pick<Scene, 'world' | 'engines'>): void {
  const { order } = engine;
  for (const other of engines.filter(isAlive)) {
    if (other === engine || other.order.gpu !== order.gpu || other.node !== engine.node || !isStarting(other)) continue;
    world.trace.broken(4, `${order.name} is stopped while ${other.order.name} starts on its card`);
  }
}

function isStarting(engine: Engine): boolean {
  return !engine.hasServed && !isEnding(engine);
}

function isEnding({ terms, kills, isLeaderGone }: Engine): boolean {
  return terms > 0 || kills > 0 || isLeaderGone;
}
