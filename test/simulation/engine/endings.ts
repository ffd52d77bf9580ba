import type { Exit } from '../../../src/supervisor/index.ts';
import type { World } from '../world/world.ts';
import { CORE_COMM, isAlive, type Engine } from './engine.ts';

/** How long a leader whose core died in its start takes to say so. */
const START_FAILS_MS = 200;

/** The API server ends: all connections break. Its core follows by itself, or stays behind as an orphan. */
export function endLeader(world: World, engine: Engine, exit: Exit, core: 'follows' | 'stays'): void {
  if (engine.isLeaderGone) return;
  const { order, leader } = engine;
  world.trace.note(`engine ${order.name} (${leader}) exits with ${exit.signal ?? exit.code}`);
  noteDeath(world, engine);
  engine.isLeaderGone = true;
  engine.isOpen = false;
  if (world.listeners.get(order.place)?.pid === leader) world.listeners.delete(order.place);
  for (const exchange of engine.exchanges) exchange.reset();
  engine.exchanges.clear();
  engine.generations.clear();
  world.host.end(leader);
  engine.exited(exit);
  if (core === 'follows') world.agenda.after(engine.temper.coreFollowsMs, () => endCore(world, engine));
  tellIfGone(engine);
}

/** The engine core ends: what runs there is lost. Its leader says so and follows seconds later. */
export function endCore(world: World, engine: Engine): void {
  const { core, order } = engine;
  if (core === undefined) return;
  world.trace.note(`core of ${order.name} (${core}) ends`);
  noteDeath(world, engine);
  engine.core = undefined;
  engine.isCoreGone = true;
  world.host.end(core);
  giveBack(world, engine, core);
  for (const generation of engine.generations) generation.coreDied();
  engine.onCoreLost?.(core, CORE_COMM);
  const afterMs = engine.hasServed ? engine.temper.leaderFollowsMs : START_FAILS_MS;
  world.agenda.after(afterMs, () => {
    if (!engine.isFrozen) endLeader(world, engine, { code: engine.hasServed ? 0 : 1, signal: null }, 'follows');
  });
  tellIfGone(engine);
}

/** SIGKILL reaches every process of it; the kernel takes its time. */
export function killAll(world: World, engine: Engine): void {
  world.agenda.after(engine.temper.dieMs, () => {
    endLeader(world, engine, { code: null, signal: 'SIGKILL' }, 'stays');
    endCore(world, engine);
  });
}

/** An end that nobody asked for, of an engine of ours: of others' engines nobody is told. */
function noteDeath({ ledger }: World, { leader, node, terms, kills }: Engine): void {
  if (node !== undefined && terms === 0 && kills === 0) ledger.engineDied(leader);
}

function tellIfGone(engine: Engine): void {
  if (!isAlive(engine)) engine.outputEnded();
}

/** The driver gives the memory of a process that ended back in two parts, the last of them when it is done. */
function giveBack({ agenda, cards }: World, { order, temper }: Engine, pid: number): void {
  const { gpu, name, mib } = order;
  if (gpu === undefined) return;
  if (temper.keepMs === 0) return cards.hold(gpu, { pid, name }, 0);
  agenda.after(temper.keepMs / 2, () => {
    const held = cards.holders(gpu).find((it) => it.pid === pid)?.usedMiB ?? 0;
    cards.hold(gpu, { pid, name }, Math.min(Math.floor(mib / 3), held));
  });
  agenda.after(temper.keepMs, () => cards.hold(gpu, { pid, name }, 0));
}
